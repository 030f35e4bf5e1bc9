"""Options of keys become what asyncssh keeps to."""

from datetime import datetime, timezone

import pytest

from nemo_run_adapters.devspace.key_lines import KeyLine, RefusedKeyError, lines_of

NOW = datetime(2024, 5, 1, 12, tzinfo=timezone.utc).timestamp()
KEY = "ssh-ed25519 AAAA ann@home"
NOTHING = "no-pty,no-port-forwarding,no-agent-forwarding,no-X11-forwarding,no-user-rc"


def put(options: str) -> str:
    """Return the options that asyncssh gets."""
    return KeyLine(1, f"{options} {KEY}".strip()).for_asyncssh(NOW).removesuffix(KEY).strip()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", ""),
        ("restrict", NOTHING),
        ("RESTRICT", NOTHING),
        ("restrict,pty", NOTHING.removeprefix("no-pty,")),
        ("pty,restrict", NOTHING),
        ("no-x11-forwarding", "no-X11-forwarding"),
        ("No-Pty,port-forwarding", "no-pty"),
        ('expiry-time="20240502"', ""),
        ('expiry-time="202405011201Z"', ""),
        ('environment="A=1",tunnel="0",permitlisten="8080"', ""),
        ('from="10.0.0.*,!10.0.0.1"', 'from="10.0.0.*,!10.0.0.1"'),
        ('permitopen="host:80",permitopen="host:81"', 'permitopen="host:80",permitopen="host:81"'),
        ('cert-authority,principals="ann"', 'cert-authority,principals="ann"'),
        ("no-touch-required", "no-touch-required"),
        (r'command="say \"a, b\" \n"', r'command="say \"a, b\" \\n"'),
        ('restrict,command="date"', f'{NOTHING},command="date"'),
    ],
)
def test_options_that_are_kept_to(options: str, expected: str) -> None:
    assert put(options) == expected


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ('expiry-time="20200101"', "expired at 20200101"),
        ('expiry-time="202405011200Z"', "expired"),
        ('expiry-time="20250101",expiry-time="20200101"', "expired at 20200101"),
        ('expiry-time="tomorrow"', "no time: 'tomorrow'"),
        ('expiry-time="20241301"', "no time"),
        ("expiry-time", "'expiry-time' is not known"),
        ("verify-required", "'verify-required' is not known"),
        ('restrict="yes"', "'restrict' is not known"),
        ("command", "'command' is not known"),
        ('subject="CN=x"', "'subject' is not known"),
        ("from=10.0.0.1", "cannot be understood"),
        ('command="date', "cannot be understood"),
        ("no key at all,", "no public key"),
    ],
)
def test_keys_that_let_nobody_in(options: str, problem: str) -> None:
    with pytest.raises(RefusedKeyError, match=problem):
        put(options)


def test_comments_and_empty_lines_are_no_keys() -> None:
    text = f"# keys\n\n  {KEY}  \r\n\t# another\nrestrict {KEY}"
    assert [*lines_of(text)] == [KeyLine(3, KEY), KeyLine(5, f"restrict {KEY}")]
