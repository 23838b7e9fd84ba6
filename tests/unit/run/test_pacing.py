from kaverun.run.pacing import Pacer


def test_requests_leave_evenly_with_one_batch_of_burst(clock):
    pacer = Pacer(100.0, clock)
    start = clock.now()
    for _ in range(5):
        pacer.wait_for(200)
    assert clock.now() - start == 8.0


def test_no_rate_never_waits(clock):
    Pacer(None, clock).wait_for(10_000)
    assert clock.slept == []


def test_time_that_passed_is_not_saved_up_for_a_burst(clock):
    pacer = Pacer(100.0, clock)
    pacer.wait_for(200)
    clock.sleep(1000)
    pacer.wait_for(200)
    before = clock.now()
    pacer.wait_for(200)
    assert clock.now() - before == 2.0
