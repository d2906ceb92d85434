"""Settings, read once at start from the environment (prefix MIAOHUI_) and passed down."""

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import RequestError

HOME = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Hold where the data lies and how the service listens."""

    model_config = SettingsConfigDict(env_prefix="MIAOHUI_", frozen=True)

    home: Path = HOME
    shop: str = "demo"
    host: str = "127.0.0.1"
    port: int = 8000
    max_text: int = 2000
    """Longest buyer message that is read, in characters; the rest is cut off and said so."""
    max_body: int = 262_144
    """Largest request body, in bytes."""
    max_upload: int = 8_388_608
    """Largest table that may be uploaded, in bytes."""
    database: str = ""
    """SQLAlchemy URL of the store; empty for `var/miaohui.db`."""
    keep_models: int = Field(default=10, ge=1)
    """How many versions of the model are kept; the one in use and the one before it always are."""

    @property
    def intents(self) -> Path:
        return self.home / "intents"

    @property
    def scripts(self) -> Path:
        return self.home / "scripts_zh"

    @property
    def rules(self) -> Path:
        return self.home / "rules_zh"

    @property
    def lexicon(self) -> Path:
        return self.home / "lexicon_zh"

    @property
    def shops(self) -> Path:
        return self.home / "shops"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.var / 'miaohui.db'}"

    @property
    def var(self) -> Path:
        return self.home / "var"


def read_settings() -> Settings:
    """Read the settings; raise RequestError where an environment variable is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors()[0]
        name = "_".join(str(part) for part in fault["loc"]).upper()
        raise RequestError("bad_setting", f"环境变量 MIAOHUI_{name} 不能是「{fault['input']}」，改正或去掉") from error
