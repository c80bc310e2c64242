b = early
all: v := $(b)
b = late
all: ; @echo $(v) $(flavor v)
