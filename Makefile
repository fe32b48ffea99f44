# What a developer runs. CI runs `check`, nothing else.
PYTHON ?= python

.PHONY: check fix bench docs data
check:            ## everything that must hold before a commit
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	lint-imports
	$(PYTHON) tools/check_facts.py
	$(PYTHON) -m pytest -q -n auto
	$(PYTHON) -m pytest -q -m slow

fix:              ## format, and mend what can be mended
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

bench:            ## measure afresh, against the peers
	risorius bench read rig skin perform studio

docs:             ## redraw every picture in docs/ and the README
	$(PYTHON) tools/make_pictures.py
	$(PYTHON) tools/contact_sheet.py
	$(PYTHON) tools/film_scores.py
	$(PYTHON) tools/shoot_studio.py

data:             ## make the packaged data again, each from the ones before it
	$(PYTHON) tools/make_head.py
	$(PYTHON) tools/place_fibres.py
	$(PYTHON) tools/make_rig.py
	$(PYTHON) tools/make_vectors.py
	$(PYTHON) tools/make_landmarks.py
	$(PYTHON) tools/measure_response.py
	$(PYTHON) tools/make_schema.py
	$(PYTHON) tools/make_messages.py
