show = $(1):$@:$<
all: one two ; @echo $(call show,$(notdir $^)) $(foreach p,$^,$(p)-$@)
one two: ; @:
