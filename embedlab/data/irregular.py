"""English words whose forms follow no rule; beside the rules of ``inflections``. From general knowledge, no corpus."""

from __future__ import annotations

VERBS = """
be am is are was were been being; bear bore borne born; beat beaten; become became; begin began begun; bend bent;
bet; bind bound; bite bit bitten; bleed bled; blow blew blown; break broke broken; breed bred; bring brought;
broadcast; build built; burn burnt; burst; buy bought; cast; catch caught; choose chose chosen; cling clung;
come came; cost; creep crept; cut; deal dealt; dig dug; do does did done; draw drew drawn; dream dreamt;
drink drank drunk; drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt; fight fought; find found;
flee fled; fling flung; fly flew flown; forbid forbade forbidden; forget forgot forgotten; forgive forgave forgiven;
freeze froze frozen; get got gotten; give gave given; go goes went gone; grind ground; grow grew grown; hang hung;
have has had; hear heard; hide hid hidden; hit; hold held; hurt; keep kept; kneel knelt; know knew known; lay laid;
lead led; lean leant; leap leapt; learn learnt; leave left; lend lent; let; lie lay lain; light lit; lose lost;
make made; mean meant; meet met; mistake mistook mistaken; pay paid; put; quit; read; ride rode ridden;
ring rang rung; rise rose risen; run ran; say said; see saw seen; seek sought; sell sold; send sent; set;
shake shook shaken; shed; shine shone; shoot shot; show shown; shrink shrank shrunk; shut; sing sang sung;
sink sank sunk; sit sat; sleep slept; slide slid; smell smelt; sow sown; speak spoke spoken; speed sped; spend spent;
spill spilt; spin spun; spit spat; split; spread; spring sprang sprung; stand stood; steal stole stolen; stick stuck;
sting stung; stride strode; strike struck stricken; string strung; swear swore sworn; sweep swept; swell swollen;
swim swam swum; swing swung; take took taken; teach taught; tear tore torn; tell told; think thought;
throw threw thrown; understand understood; wake woke woken; wear wore worn; weave wove woven; weep wept; win won;
wind wound; write wrote written
"""
"""A verb and those of its forms that no rule gives."""

NOUNS = """
analysis analyses; axis axes; basis bases; calf calves; child children; crisis crises; criterion criteria; die dice;
foot feet; goose geese; half halves; index indices; knife knives; leaf leaves; life lives; loaf loaves; louse lice;
man men; matrix matrices; mouse mice; ox oxen; person people; phenomenon phenomena; scarf scarves; self selves;
shelf shelves; thief thieves; tooth teeth; vertex vertices; wife wives; wolf wolves; woman women
"""
"""A noun and its plural."""


def _rows(text: str) -> dict[str, tuple[str, ...]]:
    rows = [row.split() for row in text.replace("\n", " ").split(";")]
    return {first: tuple(others) for first, *others in rows}


IRREGULAR: dict[str, tuple[str, ...]] = {}
"""The forms of a word that no rule gives."""
for _table in (VERBS, NOUNS):
    for _word, _forms in _rows(_table).items():
        IRREGULAR[_word] = IRREGULAR.get(_word, ()) + _forms
