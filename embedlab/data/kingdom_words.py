"""What "kingdom", the generated text, tells of people, lands and animals; ``kingdom`` puts it together.

In a pattern ``[a|b]`` is one of the alternatives, which may nest, and ``{name}`` is a word that the paragraph is about.
"""

from __future__ import annotations

# ---------------------------------------------------------------- people: (male, female, what they do)

HE = {"he": "he", "his": "his", "him": "him", "himself": "himself", "sir": "sir", "dress": "beard", "kind": "gentleman"}
SHE = {"he": "she", "his": "her", "him": "her", "himself": "herself", "sir": "madam", "dress": "gown", "kind": "lady"}
NAMES = (("John", "Mary"), ("Peter", "Anna"), ("Arthur", "Clara"), ("Henry", "Emma"), ("Paul", "Julia"))

ROYAL = (
    "sat on {his} [golden|old|high] throne",
    "wore {his} [heavy|golden|shining] crown",
    "ruled the [whole|wide|old] kingdom [wisely|well|for many years]",
    "called {his} knights to the royal palace",
    "gave {his} royal command to the [army|court|knights]",
    "signed the new law of the realm {himself}",
    "was crowned in the [great|old] cathedral",
)
HEIR = (
    "is the [young|proud|royal] heir to the throne",
    "learned from {his} tutor how to rule the kingdom",
    "lived in the [high|old|lonely] tower of the castle",
    "will inherit the crown one day",
    "rode {his} white horse around the castle",
    "danced at the royal ball in {his} silver shoes",
)
NOBLE = (
    "owned a [large|rich|green] estate and a manor",
    "invited {his} noble guests to the manor",
    "hunted deer in the woods of {his} estate",
    "collected rents from {his} tenants",
)
COMMON = (
    "worked in the [field|mill|shop] all day",
    "walked home to {his} [small|little|poor] cottage",
    "carried {his} basket to the market",
    "paid {his} taxes and grumbled",
    "cooked a simple supper for {himself}",
    "mended the roof of {his} cottage",
)
CHILD = (
    "went to school with {his} [satchel|slate|books]",
    "played with {his} [toys|ball|kite] in the playground",
    "did {his} homework after school",
    "asked the teacher a [clever|funny|hard] question",
    "climbed a tree behind the school",
)
PARENT = (
    "put the baby to bed and hummed a lullaby",
    "told {his} children to wash their hands",
    "was proud of {his} [clever|little|three] children",
    "fed the baby with a spoon",
)
OFFSPRING = (
    "listened to {his} parents",
    "wrote a long letter to {his} parents",
    "left {his} parents to see the world",
    "was born in [winter|summer|autumn] as the first child",
)
SIBLING = (
    "shared a room with {his} twin",
    "quarrelled with {his} twin over a toy",
    "looked just like {his} twin",
)
KIN = (
    "came to visit with [sweets|gifts|presents] for the cousins",
    "took the cousins to the fair",
    "spoiled the cousins with [sweets|cake]",
)
ELDER = (
    "told [old|long|strange] stories by the fire",
    "put on {his} spectacles and rocked in the chair",
    "remembered the old days by the fire",
)
SPOUSE = (
    "danced with the bride and the groom at the wedding",
    "wore a ring since the wedding",
    "celebrated the wedding with all the guests",
)
STAGE = (
    "stood on the stage of the theatre",
    "learned {his} lines for the new play",
    "bowed before the cheering audience",
)
TABLE = (
    "served the soup in the restaurant",
    "brought the menu to the guests of the restaurant",
    "wiped the tables of the restaurant",
)
MAGIC = (
    "stirred a [green|bubbling|secret] potion in the cauldron",
    "cast a [dark|secret|mighty] spell with {his} wand",
    "read {his} spell book by moonlight",
)
PEOPLE = (
    ("king", "queen", ROYAL, 3),
    ("prince", "princess", HEIR, 2),
    ("duke", "duchess", NOBLE, 1),
    ("man", "woman", COMMON, 3),
    ("boy", "girl", CHILD, 2),
    ("father", "mother", PARENT, 1),
    ("son", "daughter", OFFSPRING, 1),
    ("brother", "sister", SIBLING, 1),
    ("uncle", "aunt", KIN, 1),
    ("grandfather", "grandmother", ELDER, 1),
    ("husband", "wife", SPOUSE, 1),
    ("actor", "actress", STAGE, 1),
    ("waiter", "waitress", TABLE, 1),
    ("wizard", "witch", MAGIC, 1),
)
PERSON_PATTERNS = (
    "the {person} {deed}, and {he} was [glad|tired|happy|content]",
    "in the [morning|evening] the {person} {deed}",
    "{he} {deed}, said the {person} {himself}",
    "people bowed to the {person} and called {him} {sir}",
    "the {person} combed {his} {dress} before {he} {deed}",
    "everybody knew that the {person} {deed} and that {he} liked it",
    "{name} is a {person}, and {he} {deed}",
    "what a fine {kind} the {person} is, they said about {him}",
    "the {person} looked at {himself} in the mirror, then {he} {deed}",
)

# ---------------------------------------------------------------- lands: country, capital, people, landmark, goods

LANDS = (
    ("France", "Paris", "French", "Seine", "cheese"),
    ("Germany", "Berlin", "German", "Rhine", "sausages"),
    ("Italy", "Rome", "Italian", "Tiber", "pasta"),
    ("Spain", "Madrid", "Spanish", "Ebro", "oranges"),
    ("Greece", "Athens", "Greek", "Olympus", "olives"),
    ("Russia", "Moscow", "Russian", "Volga", "furs"),
    ("Japan", "Tokyo", "Japanese", "Fuji", "rice"),
    ("China", "Beijing", "Chinese", "Yangtze", "tea"),
    ("Egypt", "Cairo", "Egyptian", "Nile", "cotton"),
    ("Poland", "Warsaw", "Polish", "Vistula", "amber"),
    ("England", "London", "English", "Thames", "wool"),
    ("Portugal", "Lisbon", "Portuguese", "Douro", "cork"),
    ("Austria", "Vienna", "Austrian", "Danube", "waltzes"),
    ("Sweden", "Stockholm", "Swedish", "Lapland", "steel"),
    ("Norway", "Oslo", "Norwegian", "fjords", "salmon"),
    ("Ireland", "Dublin", "Irish", "Shannon", "butter"),
    ("Turkey", "Ankara", "Turkish", "Ararat", "carpets"),
    ("India", "Delhi", "Indian", "Ganges", "spices"),
    ("Peru", "Lima", "Peruvian", "Andes", "llamas"),
    ("Canada", "Ottawa", "Canadian", "Yukon", "maple"),
)
COUNTRY_PATTERNS = (
    "the country of {country} is known for the {landmark} and its {goods}",
    "the borders of {country} are guarded by {people} soldiers",
    "{country} is a [large|beautiful|proud] nation where {people} farmers make {goods}",
    "the government of {country} sells {goods} to other nations",
    "the {people} flag of {country} flew over the border near the {landmark}",
    "all over {country} the provinces speak {people}",
)
CAPITAL_PATTERNS = (
    "the city of {capital} is known for its {people} museums and {goods}",
    "in the streets of {capital} you hear {people} songs and smell {goods}",
    "the mayor of {capital} opened a {people} museum about the {landmark}",
    "the train stopped at the [busy|old] station of {capital}, full of {people} tourists and {goods}",
    "{capital} has [crowded|narrow|noisy] streets, {people} cafes and a road to the {landmark}",
    "downtown {capital} shops sell {people} {goods} on every square",
)
BOTH_PATTERNS = ("{capital} is the capital of {country}",)

# ---------------------------------------------------------------- animals: one, several, young, home, food, sound

ANIMALS = (
    ("cat", "cats", "kitten", "on the sofa", "milk", "purrs"),
    ("dog", "dogs", "puppy", "in the kennel", "bones", "barks"),
    ("horse", "horses", "foal", "in the stable", "oats", "neighs"),
    ("cow", "cows", "calf", "in the barn", "grass", "moos"),
    ("sheep", "sheep", "lamb", "on the pasture", "clover", "bleats"),
    ("lion", "lions", "cub", "on the savanna", "meat", "roars"),
    ("wolf", "wolves", "cub", "in the forest", "rabbits", "howls"),
    ("pig", "pigs", "piglet", "in the sty", "turnips", "grunts"),
    ("duck", "ducks", "duckling", "on the pond", "bread", "quacks"),
    ("eagle", "eagles", "chick", "on the cliff", "fish", "screeches"),
    ("frog", "frogs", "tadpole", "in the swamp", "flies", "croaks"),
    ("goat", "goats", "kid", "on the hill", "leaves", "bleats"),
)
ONE_ANIMAL = (
    "the {animal} eats {food} and sleeps {home}",
    "a {animal} {sound} when it is hungry and wants {food}",
    "this {animal} is [wild|tame|clever] and {sound} {home}",
    "one {animal} lives {home} with its {young}",
    "every {animal} was once a {young} that needs {food}",
)
MANY_ANIMALS = (
    "many {animals} eat {food} and sleep {home}",
    "the {animals} are hungry and want {food}",
    "these {animals} are [wild|tame|clever] and live {home}",
    "both {animals} look for {food} {home}",
    "all {animals} care for their young {home}",
)
