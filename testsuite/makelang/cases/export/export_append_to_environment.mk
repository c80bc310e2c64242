# env: FLAGS=env
FLAGS += more
all: ; @echo $$FLAGS / $(origin FLAGS)
