v = $(@F:.x=)-$(<F)
all: d/a.x
d/a.x: w = $*.y
d/a.x: p/q ; @echo $(v) [$(w)]
p/q: ; @:
