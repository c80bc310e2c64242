%.x %.y: v = both
all: a.x a.y a.z ; @:
a.x a.y a.z: ; @echo $@ [$(v)]
