"""One settings model, the only reader of the environment: variables ``LABELCORE_…``, or a ``.env`` file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from labelcore import endpoint_files, key_stores
from labelcore.endpoint_files import address_of
from labelcore.errors import BadInput, ModelTrouble

OPENAI_URL = "https://api.openai.com/v1"
DEFAULT = "default"
"""The name of the endpoint that LABELCORE_MODEL and its neighbours describe."""
_DB = Path("labelcore.duckdb")
ENGINE = r"|dask|(dask|tcp|tls)://[^\s/]+:\d+"
"""What names an engine: nothing, "dask", or the address of a Dask scheduler."""


class Calls(BaseModel):
    """How an endpoint is called: US dollars per million tokens, and its limits; seconds for ``call_timeout``.

    Without a price for both nobody knows what a call costs, with both of 0 it is free.
    ``price_cached``: of tokens in that the endpoint says it had in its cache; None: as those that it had not.
    Rates that are not known are learned from the endpoint's answers. ``window``: how many tokens the model
    reads at most; None: not known. ``transport``: "fast" posts by aiohttp
    (a tenth of the openai client's CPU time), "openai" goes through the openai package, for what only its
    HTTP library can do.
    """

    price_in: float | None = Field(default=None, ge=0)
    price_out: float | None = Field(default=None, ge=0)
    price_cached: float | None = Field(default=None, ge=0)
    concurrency: int = Field(default=16, ge=1, le=1000)
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    call_timeout: float = Field(default=60.0, gt=0)
    window: int | None = Field(default=None, gt=0)
    transport: Literal["fast", "openai"] = "fast"

    @property
    def priced(self) -> bool:
        """Whether anybody said what its tokens cost, in and out: half a price is none."""
        return self.price_in is not None and self.price_out is not None

    @property
    def may_cost(self) -> bool:
        """Whether anybody said of some tokens that they are not free."""
        return any((self.price_in, self.price_out, self.price_cached))

    def cost(self, tokens_in: float, tokens_out: float, cached: float = 0) -> float | None:
        """US dollars of so many tokens, ``cached`` of those in among them; None where no price is set."""
        if not self.priced and (tokens_in or tokens_out):
            return None
        price_in, price_out = self.price_in or 0.0, self.price_out or 0.0
        kept = price_in if self.price_cached is None else self.price_cached
        return ((tokens_in - cached) * price_in + cached * kept + tokens_out * price_out) / 1_000_000


class Endpoint(Calls):
    """One model at an OpenAI-compatible address (OpenAI's without).

    ``api_key_env`` names a variable that holds its key, ``key_in`` another place where it is kept.
    ``moved_from``: addresses at which it stood before, and for whose judges it answers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = DEFAULT
    base_url: str | None = None
    api_key: SecretStr | None = None
    api_key_env: str | None = None
    key_in: key_stores.KeyStore | None = None
    moved_from: tuple[str, ...] = ()
    from_elsewhere: bool = False
    """Somebody who was not at this machine added it."""
    model: str = Field(min_length=1)

    def document(self) -> dict[str, Any]:
        """Its JSON form, without the key."""
        shown = self.model_dump(mode="json", exclude={"api_key", "api_key_env", "from_elsewhere"})
        address = {"base_url": self.address if self.base_url else None}
        return shown | address | {"key_in": self.key_place, "has_key": self.has_key}

    @property
    def address(self) -> str:
        """Where it is, as judges remember it: nothing in it is a secret."""
        return address_of(self.base_url or OPENAI_URL)

    def answers_for(self, address: str) -> bool:
        """Whether it stands at an address, or stood there."""
        return address in {self.address, *map(address_of, self.moved_from)}

    @property
    def key_place(self) -> Literal["", "settings", "variable", "keyring", "file"]:
        """Where its key comes from; "" where it has none."""
        if self.api_key is not None:
            return "settings"
        return "variable" if self.api_key_env else self.key_in or ""

    @property
    def key_name(self) -> str:
        """Under what its key is kept."""
        return f"{self.name} {self.address}"

    @property
    def has_key(self) -> bool:
        """Whether a key is set or kept; a keyring is not asked for it, which may make it ask a person."""
        return bool(self.api_key or self.key_in or os.environ.get(self.api_key_env or ""))

    @property
    def key(self) -> str:
        """The secret, "none" where a server wants no key; ModelTrouble where it is not to be had."""
        if self.api_key is not None:
            return self.api_key.get_secret_value()
        if self.key_in is not None:
            return self._kept_key(self.key_in)
        if self.api_key_env is None:
            return "none"
        if not (found := os.environ.get(self.api_key_env)):
            raise ModelTrouble(
                "The endpoint '{name}' has no key: {setting} is not set.",
                next_step="Set {setting}, then run again.",
                kind="key",
                fatal=True,
                name=self.name,
                setting=self.api_key_env,
            )
        return found

    def _kept_key(self, store: key_stores.KeyStore) -> str:
        try:
            found = key_stores.read(store, settings().keys_file, self.key_name)
        except BadInput as trouble:
            raise ModelTrouble(trouble.what, next_step=trouble.next_step, kind="key", fatal=True) from None
        if found is None:
            raise ModelTrouble(
                "The endpoint '{name}' has no key: none is kept for {address}.",
                next_step="`labelcore endpoints add {name} …` gives it one.",
                kind="key",
                fatal=True,
                name=self.name,
                address=self.address,
            )
        return found


class Settings(Calls, BaseSettings):
    """What a person may configure, with its defaults."""

    model_config = SettingsConfigDict(env_prefix="LABELCORE_", env_file=".env", extra="ignore")

    db: Path = _DB
    """The DuckDB file that holds everything."""
    project: str = "default"
    """The project that commands and pages work on unless they name another."""
    annotator: str = ""
    """Who grades, where nobody has signed in."""
    language: Literal["en", "zh"] = "en"
    """In which the command line speaks to people; its JSON stays English, pages have their switch."""
    memory_limit: str = "1600MB"
    """DuckDB's memory limit: a million rows of 1.5 kB come in within 2 GB; 512 MB was measured to fail."""
    base_url: str | None = Field(
        default=None, validation_alias=AliasChoices("LABELCORE_BASE_URL", "OPENAI_BASE_URL", "base_url")
    )
    api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("LABELCORE_API_KEY", "OPENAI_API_KEY", "api_key")
    )
    model: str | None = Field(
        default=None, validation_alias=AliasChoices("LABELCORE_MODEL", "OPENAI_MODEL", "model")
    )
    sandbox_workers: int = Field(default=2, ge=1, le=64)
    """How many processes run checks that a model or a person wrote; started when first needed."""
    sandbox_seconds: float = Field(default=0.5, gt=0, le=60)
    """Seconds that a check has for one output."""
    sandbox_memory_mb: int = Field(default=64, ge=16, le=1024)
    """Megabytes that a check has for one output."""
    weights: Path | None = None
    """A GGUF file of weights that the app offers to serve on this machine (with xllamacpp)."""
    engine: str = Field(default="", pattern=f"^({ENGINE})$")
    """Where judges run: "" in this process, "dask" in worker processes of this machine, or the
    "dask://HOST:PORT" of a Dask scheduler whose workers have labelcore and their keys."""
    endpoints: dict[str, Endpoint] = Field(default_factory=dict)
    """Further endpoints by name; a judge names the one that it asks."""
    endpoints_file: Path | None = None
    """A TOML or JSON file with further endpoints by name."""
    keys_file: Path = Path.home() / ".labelcore" / "keys.json"
    """The file of those keys that somebody wanted kept in a file; only its owner may read it."""
    folders: Annotated[tuple[Path, ...], NoDecode] = ()
    """Folders of this machine, with a colon between them (on Windows a semicolon), from which who is not at
    this machine may name files, on the Import page for example. Without it only uploads are read."""
    address: str = "127.0.0.1"
    """The address on which the app listens; the default keeps it on this machine."""
    port: int = Field(default=8501, ge=1, le=65535)
    sign_in: Literal["", "accounts", "oidc", "header"] = ""
    """How people show who they are: by accounts of labelcore, by an OpenID provider, or by a header
    that a proxy sets. Without it there is one person, at this machine, who may do everything."""
    session_hours: float = Field(default=336, gt=0, le=8760)
    """Hours after which everybody signs in again."""
    proxy_header: str = "X-Forwarded-User"
    """The header in which a proxy names who asks, for the sign-in "header"."""
    proxies: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1", "::1")
    """Addresses of the proxies whose header is believed, with a comma between them."""
    oidc_issuer: str = ""
    """The address of the OpenID provider, for the sign-in "oidc"."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    log: Literal["text", "json"] = "text"
    """How the app writes its log; no line holds a text of an output."""
    backup_folder: Path | None = None
    """Where the running app writes backups by itself."""
    backup_hours: float = Field(default=24, gt=0)
    """Hours from one such backup to the next."""
    backup_keep: int = Field(default=7, ge=1)
    """So many of them are kept."""
    url: str = ""
    """Where people reach the app, for links in notices; else the address and port on which it listens."""
    smtp_host: str = ""
    """The server that takes notices by e-mail; without it none goes out."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the way to it is encrypted; with "none" no password is sent."""
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_from: str = ""
    """The e-mail address that notices come from."""
    webhook_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Hosts inside the network to which a webhook may lead, with a comma between them."""
    endpoint_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Names of this machine at which an endpoint may stand that somebody elsewhere added, by comma."""
    only_endpoint_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """The hosts at which endpoints of models may stand, by comma; none is named: any."""
    hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Further names by which browsers may call the app, with a comma between them: the machine's, or that
    of the proxy before it. Its addresses and localhost need not be named."""

    @model_validator(mode="before")
    @classmethod
    def _gather_endpoints(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Variable, file, and those that people added, each endpoint told its name; the first wins."""
        named = given.get("endpoints") or {}
        if place := given.get("endpoints_file"):
            named = endpoint_files.read(Path(place)) | named
        named = named | {
            name: table
            for name, table in endpoint_files.added(Path(given.get("db") or _DB)).items()
            if name not in named
        }
        given["endpoints"] = {
            name: value | {"name": name} if isinstance(value, dict) else value
            for name, value in named.items()
        }
        return given

    @field_validator("folders", mode="before")
    @classmethod
    def _split_folders(cls, given: Any) -> Any:
        return tuple(filter(None, given.split(os.pathsep))) if isinstance(given, str) else given

    @field_validator(
        "hosts", "proxies", "webhook_hosts", "endpoint_hosts", "only_endpoint_hosts", mode="before"
    )
    @classmethod
    def _split_hosts(cls, given: Any) -> Any:
        return tuple(filter(None, map(str.strip, given.split(",")))) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _first_endpoint_is_the_default(self) -> Self:
        """Without LABELCORE_MODEL, the first endpoint answers whoever names none."""
        if not self.model and self.endpoints:
            first = self.endpoints.get(DEFAULT) or next(iter(self.endpoints.values()))
            for name in (*_SHARED, "model"):
                setattr(self, name, getattr(first, name))
            if first.api_key is None and first.api_key_env:
                found = os.environ.get(first.api_key_env)
                self.api_key = SecretStr(found) if found else None
        return self

    @property
    def named_project(self) -> str:
        """The project that a setting names, "" where none does."""
        return self.project if "project" in self.model_fields_set else ""

    @property
    def has_model(self) -> bool:
        """Whether a model endpoint is configured (a key, or a local base URL) with a model."""
        reachable = self.api_key is not None or self.base_url is not None
        return bool(self.model) and (reachable or bool(self.endpoints))

    @property
    def default_endpoint(self) -> Endpoint:
        """The endpoint that LABELCORE_MODEL describes, else the first of ``endpoints``, or ModelTrouble."""
        if not self.has_model:
            raise ModelTrouble(
                "No model is configured.",
                next_step="Set LABELCORE_MODEL with LABELCORE_API_KEY or LABELCORE_BASE_URL, "
                "or work offline.",
                kind="no model",
                fatal=True,
            )
        for endpoint in self.endpoints.values():
            if endpoint.model == self.model and endpoint.base_url == self.base_url:
                return endpoint
        return Endpoint(model=self.model or "", **{name: getattr(self, name) for name in _SHARED})

    @property
    def all_endpoints(self) -> dict[str, Endpoint]:
        """Every configured endpoint by its name; the default one first."""
        first = [self.default_endpoint] if self.has_model else []
        return {endpoint.name: endpoint for endpoint in (*first, *self.endpoints.values())}


_SHARED = tuple(name for name in Endpoint.model_fields if name in Settings.model_fields and name != "model")
"""What both set in the same words."""


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once; BadInput where one of them is not usable."""
    try:
        return Settings()
    except ValidationError as trouble:
        fault = trouble.errors(include_input=False)[0]  # an input may be a key
        place = ".".join(str(part) for part in fault["loc"])
        raise BadInput(
            "The setting {place} is not usable: {fault}.", place=place, fault=fault["msg"]
        ) from None
    except SettingsError:  # its text may hold what was given, and that may hold keys
        raise BadInput(
            "LABELCORE_ENDPOINTS is not JSON.",
            next_step='It wants {"NAME": {"base_url": …, "model": …, "api_key_env": …}}.',
        ) from None


@contextlib.contextmanager
def working_on(db: Path) -> Iterator[None]:
    """Within, the settings are those of a database: with the endpoints that were added to it."""
    before = os.environ.get("LABELCORE_DB")
    os.environ["LABELCORE_DB"] = str(db)
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ.pop("LABELCORE_DB")
        if before is not None:
            os.environ["LABELCORE_DB"] = before
        settings.cache_clear()
