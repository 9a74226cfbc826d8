"""Who is at the door: sessions, the pages for signing in, and providers that vouch for people."""
