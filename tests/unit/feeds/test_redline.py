"""Redlines of words and paragraphs: what they say, and that nothing of either text is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from feeds import redline
from feeds.redline import Op, Redline


def shown(line: Redline) -> str:
    marks = {Op.KEPT: "{}", Op.REMOVED: "[-{}-]", Op.ADDED: "{{+{}+}}"}
    return " ".join(marks[run.op].format(run.text) for run in line)


TEXTS = st.lists(
    st.sampled_from(["a", "b", "c", "the", "§", "EAR99,", "(b)", "export;", "744.11"]), max_size=40
)


@given(TEXTS, TEXTS)
def test_either_text_can_be_read_back_from_the_redline(old: list[str], new: list[str]) -> None:
    line = redline.words(" ".join(old), " ".join(new))

    assert redline.without(line, Op.ADDED) == " ".join(old)
    assert redline.without(line, Op.REMOVED) == " ".join(new)


@given(st.text(), st.text())
def test_any_text_can_be_read_back_with_its_white_space_folded(old: str, new: str) -> None:
    line = redline.words(old, new)

    assert redline.without(line, Op.ADDED) == " ".join(old.split())
    assert redline.without(line, Op.REMOVED) == " ".join(new.split())


@given(st.lists(TEXTS, max_size=12), st.lists(TEXTS, max_size=12))
def test_the_paragraphs_that_stayed_are_the_rest_of_both_texts(
    old: list[list[str]], new: list[list[str]]
) -> None:
    before, after = ([" ".join(each) for each in text if each] for text in (old, new))

    changed = redline.paragraphs(before, after)

    gone = [text for line in changed if (text := redline.without(line, Op.ADDED))]
    came = [text for line in changed if (text := redline.without(line, Op.REMOVED))]
    assert kept(before, gone) == kept(after, came)


def kept(text: list[str], changed: list[str]) -> list[str] | None:
    """The text without the changed paragraphs, which stand in it in this order; None if not.

    Of paragraphs that are equal it does not matter which one changed.
    """
    rest, waiting = [], list(changed)
    left = {each: text.count(each) - changed.count(each) for each in text}
    if any(count < 0 for count in left.values()) or not set(changed) <= set(text):
        return None
    for each in text:
        if left[each] > 0:
            left[each] -= 1
            rest.append(each)
        else:
            waiting.remove(each)
    return sorted(rest) if not waiting else None


@given(TEXTS)
def test_a_text_that_did_not_change_has_no_change(text: list[str]) -> None:
    line = redline.words(" ".join(text), " ".join(text))

    assert all(run.op is Op.KEPT for run in line)
    assert redline.paragraphs([" ".join(text)], [" ".join(text)]) == ()


def test_words_that_changed_stand_side_by_side() -> None:
    line = redline.words(
        "Technology may be released without a license to Huawei in a standards organization.",
        "Technology may be released without a license to any entity in a standards activity.",
    )

    assert shown(line) == (
        "Technology may be released without a license to [-Huawei-] {+any entity+}"
        " in a standards [-organization.-] {+activity.+}"
    )


def test_a_word_that_stayed_between_longer_changes_changes_with_them() -> None:
    line = redline.words(
        "It is released to listed firms and affiliates of a body named in the annex to it.",
        "It is released to any person on earth of a kind known to the Bureau to it.",
    )

    assert shown(line).count(" of a ") == 2


def test_a_text_that_was_rewritten_is_not_shredded_into_common_words() -> None:
    line = redline.words(
        "Note: items that the Bureau lists in a table need a license from the first of May.",
        "Note: see § 734.9 for rules on foreign-made things of another sort.",
    )

    assert [run.op for run in line] == [Op.KEPT, Op.REMOVED, Op.ADDED]


def test_a_new_paragraph_is_added_whole_beside_those_that_stayed() -> None:
    before = ["(a) General.", "(b) Scope of the rule is wide."]

    changed = redline.paragraphs(before, [before[0], "Definitions apply here.", before[1]])

    assert [shown(line) for line in changed] == ["{+Definitions apply here.+}"]


def test_a_rewritten_paragraph_is_known_again_by_how_it_opens() -> None:
    changed = redline.paragraphs(
        ["(a) One thing that was said before.", "(b) Huawei may not be served."],
        ["(a) Wholly new and different words.", "(b) Nobody else can ever get any."],
    )

    assert [line[0].text for line in changed] == ["(a)", "(b)"]


def test_hostile_texts_of_one_word_are_compared_at_once() -> None:
    line = redline.words("x " * 50_000 + "end", "y " + "x " * 50_001 + "stop")

    assert redline.without(line, Op.REMOVED).endswith("stop")
    assert redline.count([line], Op.ADDED) == 50_003
