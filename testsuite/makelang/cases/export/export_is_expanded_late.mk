export v = $(w)
w = late
all: ; @echo $$v
