all: ; @kill -TERM $$$$
