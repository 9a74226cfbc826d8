"""One settings model, the only reader of the environment.

Everything can be set by a variable ``LABELCORE_…`` or in a ``.env`` file beside the database.
The model endpoint also accepts the ``OPENAI_…`` names. Keys are never stored in the database.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a person may configure, with its defaults."""

    model_config = SettingsConfigDict(env_prefix="LABELCORE_", env_file=".env", extra="ignore")

    db: Path = Path("labelcore.duckdb")
    """The DuckDB file that holds everything."""
    project: str = "default"
    """The project that commands and pages work on unless they name another."""
    annotator: str = ""
    """Who grades, where nobody has signed in."""
    memory_limit: str = "2GB"
    """DuckDB's memory limit; 512 MB was measured to fail on a million rows."""
    base_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("LABELCORE_BASE_URL", "OPENAI_BASE_URL", "base_url"),
    )
    api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("LABELCORE_API_KEY", "OPENAI_API_KEY", "api_key"),
    )
    model: str | None = Field(
        default=None,
        validation_alias=AliasChoices("LABELCORE_MODEL", "OPENAI_MODEL", "model"),
    )
    concurrency: int = Field(default=16, ge=1, le=1000)
    """How many model calls may be under way at once."""
    call_timeout: float = Field(default=60.0, gt=0)
    """Seconds after which one model call is given up and asked again."""
    sandbox_workers: int = Field(default=2, ge=1, le=64)
    """How many processes run checks that a model or a person wrote; started when first needed."""
    sandbox_seconds: float = Field(default=0.5, gt=0, le=60)
    """Seconds that a check has for one output."""
    sandbox_memory_mb: int = Field(default=64, ge=16, le=1024)
    """Megabytes that a check has for one output."""
    price_in: float = Field(default=0.0, ge=0)
    """US dollars per million prompt tokens, for estimates and costs."""
    price_out: float = Field(default=0.0, ge=0)
    """US dollars per million answer tokens."""
    weights: Path | None = None
    """A GGUF file of weights that the app offers to serve on this machine (with xllamacpp)."""
    address: str = "127.0.0.1"
    """The address on which the app listens; the default keeps it on this machine."""
    port: int = Field(default=8501, ge=1, le=65535)
    max_upload_mb: int = Field(default=200, ge=1)

    @property
    def has_model(self) -> bool:
        """Whether a model endpoint is configured (a key, or a local base URL) with a model."""
        return bool(self.model) and (self.api_key is not None or self.base_url is not None)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
