import pytest

from kaverun.kavenegar.answers import sent_message
from kaverun.message.batch import Message
from kaverun.run.matching import match


def message(localid, phone, text="سلام", line="10004346"):
    return Message(localid, phone, line, text, localid, phone, 1)


def row(messageid, receptor, text="سلام", sender="10004346", localid=""):
    entry = {"messageid": messageid, "receptor": receptor, "message": text, "sender": sender, "localid": localid}
    return sent_message(entry)


def ids(matched):
    return {index: answer.messageid for index, answer in matched.rows.items()}


def test_a_receptor_is_recognised_in_every_form_it_may_come_back_in():
    messages = dict(enumerate(message(n, f"0912123456{n}") for n in range(4)))
    answers = [row(0 + 10, "9121234560"), row(11, "+989121234561"), row(12, "00989121234562"), row(13, "09121234563")]
    assert ids(match(messages, answers)) == {0: 10, 1: 11, 2: 12, 3: 13}


def test_a_line_is_recognised_with_and_without_the_countrys_prefix():
    messages = {0: message(1, "09121234567", "a", "10004346"), 1: message(2, "09121234567", "a", "3000")}
    answers = [row(21, "09121234567", "a", "+983000"), row(20, "09121234567", "a", "009810004346")]
    assert ids(match(messages, answers)) == {0: 20, 1: 21}


@pytest.mark.parametrize("receptor", ["", "0912***4567", "0912XXX4567", "9891212", "***", "+98 (912) 123-4567"])
def test_a_localid_leads_to_its_message_whatever_is_left_of_receptor_and_text(receptor):
    messages = {0: message(1, "09121234567"), 1: message(2, "09121234568")}
    answers = [row(20, "09121234568", "y", "", " 2 "), row(10, receptor, "x", "", "1")]
    assert ids(match(messages, answers)) == {0: 10, 1: 20}


@pytest.mark.parametrize("receptor", ["09350000000", "+989350000000", "۰۹۳۵۰۰۰۰۰۰۰"])
def test_a_row_under_our_localid_that_names_another_number_contradicts_it(receptor):
    matched = match({0: message(1, "09121234567")}, [row(5, receptor, localid="1")])
    assert (matched.rows, matched.foreign) == ({}, ())
    assert matched.contradicting[0].messageid == 5


def test_texts_are_alike_however_line_ends_letters_digits_and_invisible_marks_are_written():
    messages = {0: message(1, "09121234567", "هديه‌ي ۵\r\nكارت"), 1: message(2, "09121234567", "هديه‌ي ۶\r\nكارت")}
    answers = [row(20, "09121234567", "هدیه ی 6\nکارت "), row(10, "09121234567", "هدیهی ٥ کارت")]
    assert ids(match(messages, answers, by_number_alone=False)) == {0: 10, 1: 20}


def test_a_text_decides_where_the_answer_leaves_its_line_out():
    messages = {0: message(1, "09121234567", "first"), 1: message(2, "09121234567", "second")}
    answers = [row(2, "09121234567", "second", ""), row(1, "09121234567", "first", "")]
    assert ids(match(messages, answers)) == {0: 1, 1: 2}


def test_one_row_without_a_receptor_answers_a_request_for_one_message_and_no_other():
    one = {4: message(1, "09121234567")}
    assert ids(match(one, [row(10, "0912***4567", "x")])) == {4: 10}
    assert not match(one, [row(10, "0912***4567", "x")], by_number_alone=False).rows
    assert not match(one, [row(10, "0912***4567", "x"), row(11, "0912***4567", "x")]).rows
    assert not match(one | {5: message(2, "09121234568")}, [row(10, "0912***4567", "x")]).rows


def test_localids_in_the_answer_decide_between_messages_that_look_alike():
    messages = {0: message(1, "09121234567"), 1: message(2, "09121234567")}
    answers = [row(20, "09121234567", localid="2"), row(10, "09121234567", localid="1")]
    assert ids(match(messages, answers)) == {0: 10, 1: 20}


def test_several_messages_to_one_number_are_told_apart_by_their_text():
    messages = {0: message(1, "09121234567", "first"), 1: message(2, "09121234567", "second")}
    assert ids(match(messages, [row(2, "09121234567", "second"), row(1, "09121234567", "first")])) == {0: 1, 1: 2}


def test_two_unknown_texts_for_one_number_are_not_guessed():
    messages = {0: message(1, "09121234567", "first"), 1: message(2, "09121234567", "second")}
    matched = match(messages, [row(2, "09121234567", "x"), row(1, "09121234567", "y")])
    assert not matched.rows
    assert len(matched.foreign) == 2


def test_a_row_of_another_number_belongs_to_nobody_even_in_our_place():
    matched = match({0: message(1, "09121234567")}, [row(5, "09350000000")])
    assert not matched.rows
    assert [answer.messageid for answer in matched.foreign] == [5]


def test_a_row_for_a_number_that_was_answered_already_is_foreign():
    matched = match({0: message(1, "09121234567")}, [row(5, "09121234567"), row(6, "09121234567")])
    assert ids(matched) == {0: 5}
    assert [answer.messageid for answer in matched.foreign] == [6]
