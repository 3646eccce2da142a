"""Answers are kept by which value was asked about, not by what it equals."""

from apportion.model.by_identity import ByIdentity


class Equal:
    """Equal to all of its kind."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Equal)

    def __hash__(self) -> int:
        return 1


def test_one_value_is_asked_about_once_and_an_equal_one_for_itself() -> None:
    asked: list[int] = []

    def number_of(value: Equal) -> int:
        asked.append(value.number)
        return value.number

    answers = ByIdentity(number_of)
    one, other = Equal(1), Equal(2)
    assert [answers(one), answers(other), answers(one)] == [1, 2, 1]
    assert asked == [1, 2]


def test_a_value_that_is_gone_does_not_answer_for_one_that_has_its_place() -> None:
    answers: ByIdentity[Equal, int] = ByIdentity(lambda value: value.number, most=3)
    assert [answers(Equal(number)) for number in range(100)] == list(range(100))
