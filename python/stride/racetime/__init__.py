"""Race times: the model, its baseline, its judgement and its registry."""
