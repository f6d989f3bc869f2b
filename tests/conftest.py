pytest_plugins = ["tests.arranging"]
