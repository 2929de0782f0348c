using Assay.Engine.Models;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;

namespace Assay.Providers;

/// <summary>Takes the trace of a run while it goes on: digests of what the graph's last nodes make, which nobody has who did not run all before them (docs/spec/audits.md section 4, Trace).</summary>
internal sealed class RunWatch
{
    private const int LastNodes = 64;

    private readonly Graph graph;
    private readonly HashSet<int> watched = [];
    private readonly List<Hash> values = [];

    public RunWatch(Graph graph)
    {
        this.graph = graph;
        foreach (var node in graph.Body.Nodes.TakeLast(LastNodes))
            watched.UnionWith(node.Outputs.Where(id => id >= 0));
    }

    /// <summary>Of the values looked at so far.</summary>
    public Hash Trace => AuditTrace.OfValues([.. values]);

    /// <summary>Told of every tensor that a node makes, in order. One at a time is held, encoded.</summary>
    public void Look(int id, Tensor tensor)
    {
        if (watched.Contains(id))
            values.Add(Sha256.Of(TensorEncoding.Encode([new(graph.Values[id].Name, tensor)])));
    }
}
