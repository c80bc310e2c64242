all: ; $(info told)
