a = 1
b =
ifdef a
  ifdef b
    $(info wrong)
  else
    ifeq ($(a),1)
      $(info inner)
    endif
  endif
else
  ifdef b
    $(info wrong)
  endif
endif
all: ; @:
