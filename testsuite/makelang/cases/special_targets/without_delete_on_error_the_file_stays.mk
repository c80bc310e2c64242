out: ; echo partial > $@; false
