"""Small networks that the chapters build, train and open up."""
