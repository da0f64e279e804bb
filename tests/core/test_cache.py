"""A cache that is away is nobody's error, and limits are still counted."""

from pathlib import Path

import pytest
from services import Redis

from skilleval.core import cache


@pytest.fixture
def redis(server_folder: Path) -> Redis:
    return Redis(server_folder / "redis")


def test_it_counts_here_while_redis_is_away_and_there_once_it_is_back(redis, monkeypatch):
    kept = cache.RedisOrLocalCache(redis.url, {"OPTIONS": {"socket_connect_timeout": 1}})
    assert (kept.add("tries", 1), kept.add("tries", 1), kept.incr("tries"), kept.get("tries")) == (True, False, 2, 2)
    kept.set_many({"a": 1, "b": 2})
    assert (kept.get_many(["a", "b", "c"]), kept.delete("a"), "a" in kept) == ({"a": 1, "b": 2}, True, False)
    redis.start()
    try:
        assert kept.get("b") == 2, "for some seconds it isn't asked again"
        monkeypatch.setattr(kept, "_quiet_until", 0.0)
        assert (kept.get("tries"), kept.add("tries", 5), kept.get("tries")) == (None, True, 5)
    finally:
        kept.close()
        redis.stop()
