"""What assets/help/security.md claims, claim by claim, and the tests that show it; and tests of what no other shows."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from embedlab.ui import widgets
from tests.test_security import ROOT, SOURCES, nodes

CLAIMS: dict[str, dict[str, str]] = {
    "Models and data run no code.": {
        "test_security": "test_nothing_evaluates_unpickles_or_writes_raw_html",
        "models/flair/test_published": "test_a_pickle_that_asks_for_anything_else_is_refused_by_name",
        "models/bert/test_published": "test_a_model_of_a_hub_that_asks_for_code_is_refused_before_its_weights_come",
        "workflows/test_downloads": "test_the_catalogue_is_read_and_kept_for_later",
    },
    "Formulas are parsed, never evaluated.": {
        "fuzz/test_odd_formulas": "test_any_formula_is_read_or_its_fault_is_named",
        "test_security": "test_nothing_evaluates_unpickles_or_writes_raw_html",
    },
    "Archives stay in their folder.": {
        "fuzz/test_archives": "test_nothing_leaves_the_archive",
        "data/test_bad_input": "test_bombs_are_stopped_by_their_table_of_contents_and_while_unpacking",
        "store/test_archive": "test_what_is_no_model_is_refused_and_leaves_nothing",
    },
    "Damaged files end in a sentence.": {
        "fuzz/test_damage": "test_a_damaged_file_is_read_or_refused_and_nothing_else",
        "fuzz/test_odd_texts": "test_any_bytes_in_any_kind_of_file",
    },
    "No file stops the lab.": {
        "jobs/test_inspection": "test_who_leaves_ends_the_look_and_the_next_one_begins_anew "
        "test_a_page_that_is_run_anew_ends_its_look",
        "base/test_limits": "test_a_limit_that_is_met_says_so",
        "fuzz/test_hostile": "test_the_worst_files_are_read_or_refused_within_bounds",
        "fuzz/test_patterns": "test_a_pattern_reads_any_line_in_time_by_its_length test_all_patterns_are_found",
    },
    "Imported models are tried first": {
        "jobs/kinds/test_import_model": "test_a_model_is_imported_by_a_process_of_its_own_into_the_visitor_s_place "
        "test_the_quota_is_looked_at_before_anything_is_unpacked_or_loaded "
        "test_the_page_ends_the_import_when_its_visitor_leaves",
        "fuzz/test_hostile_models": "test_a_hostile_model_is_refused_and_takes_little",
        "models/bert/test_tokenizer_json": "test_a_step_that_is_not_known_is_refused_by_name",
    },
    "Kept vectors are shared": {
        "store/test_vectors": "test_a_copy_of_a_model_that_differs_in_anything_does_not_share_its_vectors",
    },
    "Tables hold no formulas.": {
        "ui/test_csv": "test_a_text_that_a_spreadsheet_would_compute_gets_an_apostrophe",
    },
    "Downloads go to public hosts, by https.": {
        "base/test_addresses": "test_numbers_that_are_not_public_are_refused test_addresses_with_a_zone_are_refused "
        "test_names_and_odd_numbers_that_cannot_be_public_are_refused_before_they_are_looked_up",
        "workflows/test_connection": "test_each_redirect_is_checked_with_and_without_a_proxy "
        "test_five_redirects_are_followed_and_no_more "
        "test_the_connection_goes_to_the_address_that_was_checked_and_trusts_the_name_alone "
        "test_a_name_that_answers_differently_the_second_time_leads_nowhere",
        "workflows/test_downloads": "test_addresses_that_are_not_public_https_are_refused "
        "test_only_a_caller_in_python_can_allow_addresses_of_this_machine",
    },
    "A proxy changes one thing.": {
        "base/test_addresses": "test_a_name_that_is_unknown_here_is_left_to_a_proxy",
        "workflows/test_connection": "test_a_proxy_gets_the_name_and_checks_nothing_away "
        "test_a_host_that_goes_round_the_proxy_is_pinned_too",
    },
    "Slow downloads end": {
        "workflows/test_connection": "test_a_server_that_dribbles_is_left_after_a_minute "
        "test_a_server_that_is_fast_enough_is_left_when_the_time_is_over "
        "test_headers_and_the_talk_with_a_proxy_have_the_same_end "
        "test_whatever_a_server_answers_the_errors_are_of_the_family",
        "workflows/test_downloads": "test_a_server_that_is_too_slow_is_left_and_the_download_goes_on_afterwards "
        "test_what_is_kept_goes_after_a_day_and_takes_no_more_room_than_one_download",
    },
    "No page asks a model hub": {
        "test_security_claims": "test_no_page_asks_a_model_hub",
        "workflows/test_loading": "test_what_is_too_large_for_its_visitor_is_refused_before_its_weights_come",
        "fuzz/test_addresses": "test_a_name_on_the_hub_is_no_path_and_no_address",
    },
    "Text is shown as text.": {
        "plots/test_text": "test_nothing_that_is_left_can_be_markup test_plotly_gets_no_tags",
        "test_text_shown": "test_text_of_others_is_never_markup",
        "test_security": "test_words_are_no_markup_in_an_exported_figure "
        "test_the_server_keeps_streamlit_s_own_defences",
        "jobs/test_api": "test_an_unexpected_error_goes_to_the_log_only",
    },
    "Nothing is half written.": {
        "base/test_model_folder": "test_a_write_that_fails_leaves_the_old_model_and_no_litter "
        "test_write_text_replaces_atomically",
        "jobs/test_kills": "test_a_download_that_is_killed_leaves_no_half_file_and_the_next_one_is_whole",
    },
    "Nobody takes everything.": {
        "base/test_limits": "test_a_limit_that_is_met_says_so",
        "jobs/test_queue": "test_a_visitor_has_one_run_at_work_and_three_waiting "
        "test_a_run_beyond_its_limits_is_stopped_and_says_why test_downloads_take_no_slot_of_trainings",
        "store/test_quotas": "test_made_up_cookies_of_one_address_start_no_more_than_its_bound "
        "test_a_full_lab_refuses_whoever_comes_and_deletes_nothing",
        "ui/test_uploads": "test_eight_files_of_one_visit_are_not_all_taken test_visitors_together_have_a_bound",
    },
    "What a visitor trains, imports, loads or uploads is theirs.": {
        "jobs/test_workspaces": "test_a_place_is_named_by_a_secret_that_it_does_not_tell "
        "test_each_lists_their_own_models_and_nobody_else_s "
        "test_vectors_that_a_visitor_loads_are_theirs_and_files_of_the_machine_stay_shut",
        "pages/test_workspaces": "test_an_address_opens_a_visitor_s_own_model_and_no_other_s "
        "test_nobody_else_cancels_or_continues_a_run test_the_link_of_a_model_shows_it_and_nothing_else "
        "test_the_link_of_a_training_shows_it_and_lets_nobody_else_change_it",
        "ui/test_visitor": "test_a_link_to_a_place_opens_it_after_a_question",
    },
    "Nothing stays for ever.": {
        "jobs/test_cleanup": "test_a_run_goes_so_many_days_after_its_end "
        "test_a_clock_that_jumps_and_is_put_right_clears_nothing "
        "test_results_and_given_files_go_when_nobody_asks_for_them "
        "test_a_place_that_nobody_uses_goes_and_its_runs_by_their_own_age",
        "test_security_claims": "test_memory_forgets_within_a_day_what_visitors_asked",
    },
    "Shared models are read-only": {
        "base/test_read_only": "test_a_starter_as_the_pages_have_it_is_read_only_before_and_after_its_use",
        "pages/test_workspaces": "test_a_visitor_deletes_their_own_models_and_no_published_ones",
    },
    "Files of this machine": {
        "test_security": "test_files_of_the_machine_can_be_withheld",
        "jobs/test_workspaces": "test_vectors_that_a_visitor_loads_are_theirs_and_files_of_the_machine_stay_shut",
    },
    "": {
        "test_security": "test_runs_have_addresses_that_cannot_be_guessed test_every_library_has_an_exact_version "
        "test_the_server_keeps_streamlit_s_own_defences",
        "test_requirements": "test_every_version_was_reviewed test_a_known_flaw_fails_the_audit",
        "jobs/test_workspaces": "test_a_link_shows_one_model_until_it_is_withdrawn",
    },
}
"""The bold beginning of each line of the first list (one has none), and its tests by file."""


def test_every_claim_has_its_tests() -> None:
    text = (widgets.HELP / "security.md").read_text(encoding="utf-8")
    defended = text.partition("**Defended**")[2].partition("**Not defended")[0]
    lines = [line for line in defended.splitlines() if line.startswith("- ")]
    begins = [found[1] if (found := re.match(r"- \*\*(.+?)\*\*", line)) else "" for line in lines]
    assert begins == list(CLAIMS)


@pytest.mark.parametrize(
    ("file", "name"),
    sorted({(file, name) for tests in CLAIMS.values() for file, names in tests.items() for name in names.split()}),
)
def test_the_tests_of_the_claims_are_there(file: str, name: str) -> None:
    functions = (node for node in nodes(ROOT / "tests" / f"{file}.py") if isinstance(node, ast.FunctionDef))
    assert name in {node.name for node in functions}


def test_no_page_asks_a_model_hub() -> None:
    """Only the published encoders' own module does; the loader calls it: in Python, the terminal, one kind of run."""
    asks: dict[str, set[Path]] = {"huggingface_hub": set(), "from_published": set(), "loading": set()}
    for path in SOURCES:
        for node in nodes(path):
            names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [node.attr] if isinstance(node, ast.Attribute) else []
            for part in {part for name in names for part in name.split(".")} & asks.keys():
                asks[part].add(path)
    models = ROOT / "embedlab" / "models"
    assert asks["huggingface_hub"] == {models / "common" / "hub.py"}
    assert asks["from_published"] == {models / "bert" / "model.py", ROOT / "embedlab" / "workflows" / "loading.py"}
    assert asks["loading"] == {
        ROOT / "embedlab" / name for name in ("__init__.py", "cli/load.py", "jobs/kinds/fetch.py")
    }


def test_memory_forgets_within_a_day_what_visitors_asked() -> None:
    """Whatever is remembered by arguments, which visitors choose, has an end."""
    found = 0
    for path in SOURCES:
        for node in nodes(path):
            if not isinstance(node, ast.FunctionDef):
                continue
            for one in node.decorator_list:
                text = ast.unparse(one)
                if re.match(r"st\.cache_(data|resource)\b", text) and node.args.args:
                    found += 1
                    assert re.search(r"ttl=('1d'|3600)[,)]", text), f"{path.name}: {node.name} is never forgotten"
    assert found > 5
