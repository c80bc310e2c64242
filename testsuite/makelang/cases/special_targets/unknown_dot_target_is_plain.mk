.UNKNOWN: dep ; @echo $@ $^
all: .UNKNOWN ; @echo all
dep: ; @echo dep
