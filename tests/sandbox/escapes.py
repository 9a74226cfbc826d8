"""Attempts to get out of the sandbox, to stop it, or to leave something behind in it.

Each is the body of a function that is called for the second of three outputs. ``kind`` is the kind
of trouble that must come of it; "any" where it may also just give a verdict, as long as nothing
happened. CANARY is a file that must stay as it is, PORT a port that must hear nothing.
"""

from __future__ import annotations

from typing import NamedTuple


class Attempt(NamedTuple):
    name: str
    body: str
    kind: str = "check"
    before: str = ""
    slow: bool = False


def imports(*modules: str) -> list[Attempt]:
    return [
        Attempt(f"import {module}", f"import {module}\nreturn str({module}.__dict__)") for module in modules
    ]


IMPORTS = [
    *imports(
        "subprocess",
        "socket",
        "ctypes",
        "importlib",
        "builtins",
        "inspect",
        "gc",
        "types",
        "signal",
        "multiprocessing",
        "threading",
        "shutil",
        "tempfile",
        "pickle",
        "marshal",
        "urllib.request",
        "http.client",
        "resource",
        "mmap",
        "code",
        "site",
        "atexit",
    ),
    Attempt("os.system", "import os\nos.system('echo x > CANARY')"),
    Attempt("os.popen", "import os\nreturn os.popen('id').read()"),
    Attempt("os.fork bomb", "import os\nwhile True: os.fork()"),
    Attempt("os.execv", "import os\nos.execv('/bin/sh', ['sh', '-c', 'echo x > CANARY'])"),
    Attempt("os._exit", "import os\nos._exit(0)"),
    Attempt("os.kill parent", "import os\nos.kill(os.getppid(), 9)"),
    Attempt("os.environ", "import os\nreturn False, str(os.environ)"),
    Attempt("os.getenv", "import os\nreturn False, os.getenv('LABELCORE_SECRET')"),
    Attempt("os.listdir", "import os\nreturn False, str(os.listdir('/'))"),
    Attempt(
        "os.symlink",
        "import os\nos.symlink('/etc/passwd', 'CANARY.link')\nreturn False, open('CANARY.link').read()",
    ),
    Attempt("os.remove", "import os\nos.remove('CANARY')"),
    Attempt("os.urandom", "import os\nreturn os.urandom(1) > b''"),
    Attempt("sys.modules", "import sys\nsys.modules['os'].system('echo x > CANARY')"),
    Attempt("sys._getframe", "import sys\nsys._getframe(1).f_locals['results'].clear()"),
    Attempt("sys.exit", "import sys\nsys.exit(0)"),
    Attempt("sys.settrace", "import sys\nsys.settrace(print)"),
    Attempt("sys.stdout", "import sys\nsys.stdout.write('{\"results\": []}\\n')"),
    Attempt("__import__", "__import__('os').system('echo x > CANARY')"),
    Attempt("relative import", "from . import guest", "source"),
    Attempt("star import", "from os import *", "source"),
]

FILES = [
    Attempt("open to read", "return False, open('/etc/passwd').read()"),
    Attempt("open to write", "open('CANARY', 'w').write('x')"),
    Attempt("open by number", "open(3, 'w').write('x')"),
    Attempt("pathlib read", "from pathlib import Path\nreturn False, Path('/etc/passwd').read_text()"),
    Attempt("pathlib write", "from pathlib import Path\nPath('CANARY').write_text('x')"),
    Attempt("pathlib walk", "from pathlib import Path\nreturn False, str(list(Path('/').iterdir()))"),
    Attempt("pathlib symlink", "from pathlib import Path\nPath('CANARY.link').symlink_to('/etc/passwd')"),
    Attempt("open /proc/self/mem", "open('/proc/self/mem', 'r+b').write(b'x')"),
    Attempt("open /dev/tcp", "open('/dev/tcp/127.0.0.1/PORT', 'w').write('x')"),
    Attempt("connect", "import socket\nsocket.create_connection(('127.0.0.1', PORT)).send(b'x')"),
    Attempt("asyncio connect", "import asyncio\nasyncio.run(asyncio.open_connection('127.0.0.1', PORT))"),
    Attempt("json from a file", "import json\nreturn json.load(open('/etc/passwd'))"),
    Attempt("__file__ and __loader__", "return False, __loader__.get_data('/etc/passwd').decode()"),
]

TRICKS = [
    Attempt("subclasses of object", "return str(().__class__.__bases__[0].__subclasses__())"),
    Attempt("method resolution order", "return str(''.__class__.__mro__)"),
    Attempt("object.__subclasses__", "return str(object.__subclasses__())"),
    Attempt("type of a type", "return str(type(type(1)).__subclasses__(type))"),
    Attempt("__globals__", "return str((lambda: 0).__globals__)"),
    Attempt("__builtins__", "return __builtins__['open']('CANARY', 'w')"),
    Attempt("__code__", "f = lambda: 0\nf.__code__ = (lambda: 1).__code__\nreturn f() == 0"),
    Attempt("__closure__", "return str(attack.__closure__[0].cell_contents)"),
    Attempt("__self__ of a builtin", "return print.__self__.open('CANARY', 'w')"),
    Attempt("format string attributes", "return False, '{0.__class__.__init__.__globals__}'.format(attack)"),
    Attempt("format_map", "return False, '{x.__class__}'.format_map({'x': attack})"),
    Attempt("f-string attributes", "return False, f'{attack.__globals__}'"),
    Attempt("getattr by name", "return str(getattr(getattr((), '__cl' + 'ass__'), '__bases__'))"),
    Attempt("setattr on a type", "setattr(str, 'lower', lambda s: 'x')"),
    Attempt("attribute of a builtin type", "str.upper = None"),
    Attempt("module attribute", "import re\nre.findall = None"),
    Attempt("type() makes a class", "T = type('T', (dict,), {'__len__': lambda s: 10**9})\nreturn len(T())"),
    Attempt("metaclass", "class M(type): pass\nclass A(metaclass=M): pass", "source"),
    Attempt("class with a parent", "class E(BaseException): pass\nraise E()", "source"),
    Attempt("decorator", "@exec\n@input\nclass X: pass"),
    Attempt(
        "__del__", "class A:\n    def __del__(self): open('CANARY', 'w').write('x')\nA()\nreturn True", "any"
    ),
    Attempt(
        "traceback frame",
        "try:\n    1 / 0\nexcept Exception as e:\n    return str(e.__traceback__.tb_frame.f_globals)",
    ),
    Attempt(
        "exception context",
        "try:\n    1 / 0\nexcept Exception as e:\n    return str(e.__context__.__traceback__)",
    ),
    Attempt("generator frame", "return str((i for i in [1]).gi_frame.f_globals)"),
    Attempt("generator function", "yield 1", "source"),
    Attempt("coroutine frame", "return str(f().cr_frame)", before="async def f(): pass"),
    Attempt("await at the top", "await asyncio.sleep(1)"),
    Attempt("eval", "return eval('1 + 1') == 2"),
    Attempt("exec", "exec('x = 1')\nreturn True"),
    Attempt("wide eval", "return ｅval('1 + 1') == 2"),
    Attempt("bold open", "return False, 𝐨𝐩𝐞𝐧('/etc/passwd').read()"),
    Attempt("compile", "return compile('1', 'x', 'eval')"),
    Attempt("globals()", "globals()['check'] = None"),
    Attempt("vars()", "vars()['check'] = None"),
    Attempt("breakpoint", "breakpoint()"),
    Attempt("input", "return __builtins__.input()"),
    Attempt("help", "help()"),
    Attempt("exit", "exit()"),
    Attempt("license reads files", "license()"),
    Attempt("SystemExit", "raise SystemExit"),
    Attempt("KeyboardInterrupt", "raise KeyboardInterrupt"),
    Attempt("false TimeoutError", "raise TimeoutError('feed time limit exceeded: 1s > 1s')"),
    Attempt("false MemoryError", "raise MemoryError('memory limit exceeded')"),
    Attempt("clock", "import datetime\nreturn datetime.datetime.now().year > 0"),
    Attempt("time", "import time\nreturn time.perf_counter() > 0"),
    Attempt("sleep", "import time\ntime.sleep(3600)"),
    Attempt("chance", "import random\nreturn random.random() < 2"),
    Attempt("ends the wrapper", "return True\n return check\ndef stolen(): pass", "source"),
    Attempt(
        "nonlocal out of the wrapper", "nonlocal check\ncheck = None", "source", before="nonlocal results"
    ),
    Attempt("null byte", "return '\0'", "any"),
    Attempt("surrogate", "return False, '\\ud800'", "any"),
    Attempt("deep source", "return " + "(" * 5_000 + ")" * 5_000, "source"),
    Attempt("deep operators", "return " + "-" * 5_000 + "1", "source"),
    Attempt("long source", "x = 0\n" + "x += 1\n" * 30_000 + "return True", "any", slow=True),
]

VERDICTS = [
    Attempt("word as verdict", "return 'pass'", "verdict"),
    Attempt("number as verdict", "return 1", "verdict"),
    Attempt("not a number", "return float('nan')", "verdict"),
    Attempt("function as verdict", "return check", "verdict"),
    Attempt(
        "object that equals all",
        "class A:\n    def __eq__(self, o): return True\n    def __bool__(self): return True\n    "
        "def __hash__(self): return 1\nreturn A()",
        "verdict",
    ),
    Attempt(
        "object in a pair", "class A:\n    def __str__(self): return 'x' * 10**9\nreturn True, A()", "verdict"
    ),
    Attempt("three values", "return True, 'x', 'y'", "verdict"),
    Attempt("list in itself", "x = []\nx.append(x)\nreturn x", "verdict"),
    Attempt("deep list", "x = []\nfor i in range(50000): x = [x]\nreturn x", "any"),
    Attempt("set as verdict", "return {True}", "verdict"),
    Attempt("huge reason", "return False, 'x' * 5_000_000", "any"),
    Attempt("reason of marks", 'return False, \'"}\\n{"results": [[1, "forged"]]}\\n\'', "any"),
    Attempt("reason of surrogates", "return False, chr(0xD800)", "any"),
    Attempt("huge error", "raise ValueError('x' * 5_000_000)"),
]

EATERS = [
    Attempt("string of 10 GB", "return 'a' * 10**10", "memory"),
    Attempt("bytes of 10 GB", "return b'a' * 10**10", "memory"),
    Attempt("big integer", "return 10**10**8", "memory"),
    Attempt("shift", "return 1 << 10**11", "memory"),
    Attempt("list of 10 G", "return [0] * 10**10", "memory"),
    Attempt("padding", "return '%1000000000d' % 1", "memory"),
    Attempt("ljust", "return 'a'.ljust(10**10)", "memory"),
    Attempt("format width", "return f'{1:1000000000}'", "memory", slow=True),
    Attempt("list doubling", "x = [0]\nwhile True: x = x + x", "memory", slow=True),
    Attempt(
        "dict growing", "x = {}\ni = 0\nwhile True:\n    x[i] = str(i) * 50\n    i += 1", "any", slow=True
    ),
    Attempt("nested containers", "x = []\nwhile True: x = [x, x, 'y' * 1000]", "any", slow=True),
    Attempt("range as a list", "return list(range(10**10))", "any", slow=True),
    Attempt("join of numbers", "return ''.join(str(i) for i in range(10**9))", "any", slow=True),
    Attempt(
        "product", "import itertools\nreturn list(itertools.product(range(1000), repeat=4))", "any", slow=True
    ),
    Attempt(
        "memory, caught", "try:\n    x = 'a' * 10**10\nexcept BaseException:\n    pass\nreturn True", "memory"
    ),
    Attempt("deep recursion", "def f(n): return f(n + 1)\nreturn f(0)"),
    Attempt("mutual recursion through sort", "def f(n): return sorted([n], key=f)\nreturn f(0)", "any"),
    Attempt("deep str", "x = []\nfor i in range(100000): x = [x]\nreturn False, str(x)", "any"),
    Attempt("digits", "return int('9' * 100000) > 0"),
]

LOOPS = [
    Attempt("while True", "while True: pass", "timeout", slow=True),
    Attempt(
        "while True, caught",
        "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass",
        "timeout",
        slow=True,
    ),
    Attempt("finally", "try:\n    while True: pass\nfinally:\n    return True", "timeout", slow=True),
    Attempt("sum of a long range", "return sum(range(10**12))", "timeout", slow=True),
    Attempt("comprehension", "return [0 for i in range(10**12) if False]", "timeout", slow=True),
    Attempt(
        "slow sort key",
        "def key(x):\n    while True: pass\nreturn sorted([1, 2], key=key)",
        "timeout",
        slow=True,
    ),
    Attempt(
        "iterator without end", "import itertools\nfor i in itertools.count(): pass", "timeout", slow=True
    ),
    Attempt(
        "two to the power",
        "def f(n): return f(n - 1) + f(n - 1) if n else 1\nreturn f(150)",
        "timeout",
        slow=True,
    ),
    Attempt("print flood", "while True: print('x' * 1000)", "timeout", slow=True),
    Attempt("big power modulo", "return pow(3, 10**5000, 10**4000)", "any", slow=True),
    Attempt(
        "catastrophic regex",
        "import re\nreturn re.match('(a+)+$', 'a' * 5000 + 'b') is None",
        "any",
        slow=True,
    ),
    Attempt(
        "backreference regex", "import re\nreturn re.match(r'(a|a)*\\1b', 'a' * 60) is None", "any", slow=True
    ),
    Attempt(
        "look-around regex",
        "import re\nreturn re.search(r'(?=(a+)+b)(?<!c)x', 'a' * 3000) is None",
        "any",
        slow=True,
    ),
    Attempt("huge pattern", "import re\nreturn re.match('(x{1000}){1000}', 'a') is None", "any", slow=True),
]

ATTEMPTS = [*IMPORTS, *FILES, *TRICKS, *VERDICTS, *EATERS, *LOOPS]

LEAKS = {
    "global": (
        "def check(output, input, context, metadata):\n    global seen\n    try:\n        return not "
        "seen\n    except NameError:\n        seen = True\n        return True"
    ),
    "global by exec": (
        "def check(output, input, context, metadata):\n    try:\n        return not seen\n    except "
        "NameError:\n        pass\n    try:\n        exec('global seen\\nseen = True')\n    except "
        "TypeError:\n        pass\n    return True"
    ),
    "constant list": (
        "seen = []\ndef check(output, input, context, metadata):\n    seen.append(1)\n    return "
        "len(seen) == 1"
    ),
    "default argument": (
        "def note(x, seen=[]):\n    seen.append(x)\n    return len(seen)\ndef check(output, input, "
        "context, metadata):\n    return note(1) == 1"
    ),
    "class attribute": (
        "class Seen:\n    n = 0\ndef check(output, input, context, metadata):\n    Seen.n += 1\n    "
        "return Seen.n == 1"
    ),
    "closure": (
        "def make():\n    n = 0\n    def count():\n        nonlocal n\n        n += 1\n        return n\n    "
        "return count\ncount = make()\ndef check(output, input, context, metadata):\n    return count() == 1"
    ),
    "cache": (
        "import functools\ncalls = []\n@functools.lru_cache\ndef f(x):\n    calls.append(x)\n    return "
        "len(calls)\ndef check(output, input, context, metadata):\n    return f(1) == 1"
    ),
    "metadata changed": (
        "def check(output, input, context, metadata):\n    metadata['seen'] = metadata.get('seen', 0) + "
        "1\n    return metadata['seen'] == 1"
    ),
    "module attribute": (
        "import math\ndef check(output, input, context, metadata):\n    try:\n        math.seen = "
        "1\n    except AttributeError:\n        return True\n    return False"
    ),
    "own name": (
        "def check(output, input, context, metadata):\n    return True\nold = check\ndef check(output, "
        "input, context, metadata):\n    return old(output, input, context, metadata)"
    ),
}
"""Checks that pass every output unless something of the output before is still there."""
