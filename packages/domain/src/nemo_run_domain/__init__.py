"""Rules and vocabulary of nemo_run: values in, values out, standard library only."""
