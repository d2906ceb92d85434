"""What every test may ask for: the repository's settings and one real, trained pipeline."""

import pytest
from hypothesis import settings as hypothesis_settings

from app.cli import _pipeline
from app.pipeline import Pipeline
from app.settings import Settings

hypothesis_settings.register_profile("miaohui", deadline=None, max_examples=100)
hypothesis_settings.load_profile("miaohui")


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings()


@pytest.fixture(scope="session")
def pipeline(settings: Settings) -> Pipeline:
    """Give the shipped pipeline; the model is trained once where it is missing or stale."""
    return _pipeline(settings)
