only second
