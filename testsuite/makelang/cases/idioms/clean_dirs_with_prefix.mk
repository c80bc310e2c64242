subdir-ymn := $(sort one two one)
clean-dirs := $(addprefix _clean_,$(subdir-ymn))
clean: $(clean-dirs) ; @echo cleaned
.PHONY: $(clean-dirs)
$(clean-dirs): ; @echo cleaning $(patsubst _clean_%,%,$@)
