module congrad

go 1.26.8
