# env: v=env
# args: -e
# args:
v = file
all: ; @echo $(v) $(origin v)
