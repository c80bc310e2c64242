ifdef x
else what
endif
all: ; @echo fine
