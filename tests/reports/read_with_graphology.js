// Reads a GEXF or GraphML file as Gephi Lite does, and prints its nodes and edges as JSON.
const fs = require("fs");
const Graph = require("graphology");

const file = process.argv[2];
const format = require(file.endsWith(".gexf") ? "graphology-gexf" : "graphology-graphml");
const graph = format.parse(Graph, fs.readFileSync(file, "utf-8"));
const nodes = Object.fromEntries(graph.mapNodes((name, attributes) => [name, attributes]));
const edges = graph.mapEdges((_, attributes, source, target) => [source, target, attributes.weight]);
console.log(JSON.stringify({ nodes, edges }));
