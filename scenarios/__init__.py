"""The choices: what to do, when, and under which assumptions."""
