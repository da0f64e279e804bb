"""The cache in Redis, which may be away: rate limits are then counted in the process, and nobody meets an error."""

import logging
import time
from collections.abc import Callable
from functools import partialmethod
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

QUIET_SECONDS = 5.0


class RedisOrLocalCache(RedisCache):
    """Redis; for some seconds after it failed, the process's own memory instead, so that requests stay fast."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._local = LocMemCache("redis-away", {"KEY_PREFIX": self.key_prefix, "VERSION": self.version})
        self._quiet_until = 0.0

    def _either(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._quiet_until:
            ask: Callable[..., Any] = getattr(super(), name)
            try:
                return ask(*args, **kwargs)
            except RedisError:
                self._quiet_until = time.monotonic() + QUIET_SECONDS
                logger.warning("the cache is away; counting in this process", exc_info=True)
        return getattr(self._local, name)(*args, **kwargs)

    add = partialmethod(_either, "add")
    get = partialmethod(_either, "get")
    set = partialmethod(_either, "set")
    touch = partialmethod(_either, "touch")
    delete = partialmethod(_either, "delete")
    get_many = partialmethod(_either, "get_many")
    has_key = partialmethod(_either, "has_key")
    incr = partialmethod(_either, "incr")
    set_many = partialmethod(_either, "set_many")
    delete_many = partialmethod(_either, "delete_many")
    clear = partialmethod(_either, "clear")
