"""The public names are listed, and the list is right."""

import inspect

import apportion


def test_the_list_is_sorted_and_names_nothing_twice():
    assert list(apportion.__all__) == sorted(set(apportion.__all__))


def test_every_listed_name_is_there():
    assert [name for name in apportion.__all__ if not hasattr(apportion, name)] == []


def test_every_name_that_is_there_is_listed():
    public = {name: value for name, value in vars(apportion).items() if not name.startswith("_")}
    defined = {name for name, value in public.items() if not inspect.ismodule(value)}
    assert defined - set(apportion.__all__) == set()


def test_the_package_can_list_its_names():
    assert set(apportion.__all__) <= set(dir(apportion))
