from kaverun.blocks import blocks


def test_everything_comes_in_order_and_only_the_last_block_is_shorter():
    assert list(blocks(iter(range(5)), 2)) == [[0, 1], [2, 3], [4]]


def test_nothing_makes_no_block():
    assert list(blocks([], 3)) == []
