.SECONDEXPANSION:
v = x
all: ; @echo $$0 > /dev/null; echo '$$v' '$$$$v'
