"""What every codec of tasks promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

import pytest

from nemo_run_domain.errors import PackagingError, StoreError
from nemo_run_domain.task import CallableTask


class TaskCodecContract(ABC):
    """What every ``TaskCodec`` promises; subclass it and provide the fixtures."""

    @pytest.fixture
    @abstractmethod
    def codec(self) -> Any:
        """Return the codec."""

    @pytest.fixture
    @abstractmethod
    def configured(self) -> Any:
        """Return a configured function; equal configurations compare equal."""

    @pytest.fixture
    @abstractmethod
    def stuck(self) -> Any:
        """Return a configured function with an argument that cannot travel."""

    @pytest.fixture
    @abstractmethod
    def dangling(self) -> CallableTask:
        """Return an encoded function that names something which is not there."""

    def test_a_configured_function_comes_back_equal(self, codec: Any, configured: Any) -> None:
        assert codec.decode(codec.encode(configured)) == configured

    def test_encoding_is_text_and_the_same_every_time(self, codec: Any, configured: Any) -> None:
        first, again = codec.encode(configured), codec.encode(configured)
        assert isinstance(first, CallableTask)
        assert isinstance(first.payload, str)
        assert first == again

    def test_the_target_is_told_to_people(self, codec: Any, configured: Any) -> None:
        module, _, name = codec.encode(configured).target.partition(":")
        assert module
        assert name

    def test_encoding_changes_nothing(self, codec: Any, configured: Any) -> None:
        before = repr(configured)
        codec.encode(configured)
        assert repr(configured) == before

    def test_what_cannot_travel_is_named(self, codec: Any, stuck: Any) -> None:
        with pytest.raises(PackagingError) as caught:
            codec.encode(stuck)
        assert str(caught.value)

    @pytest.mark.parametrize("payload", ["", "no payload", "{", "[]", "null"])
    def test_a_damaged_payload_is_a_store_error(self, codec: Any, configured: Any, payload: str) -> None:
        with pytest.raises(StoreError):
            codec.decode(replace(codec.encode(configured), payload=payload))

    def test_a_name_that_is_gone_is_a_store_error(self, codec: Any, dangling: CallableTask) -> None:
        with pytest.raises(StoreError):
            codec.decode(dangling)
