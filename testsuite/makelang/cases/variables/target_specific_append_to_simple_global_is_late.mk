b = early
v := global
all: v += $(b)
b = late
all: ; @echo $(v)
