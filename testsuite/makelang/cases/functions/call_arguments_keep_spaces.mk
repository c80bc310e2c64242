show = [$(1)][$(2)]
$(info $(call show, a , b))
$(info $(call  show ,a))
all: ; @:
