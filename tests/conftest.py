pytest_plugins = ["tests.arranging", "tests.browser"]
