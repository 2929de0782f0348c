using System.CommandLine;
using Assay.Node;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Cli.Commands;

/// <summary>Every key that matters to a node's log.</summary>
internal static class KeyListCommand
{
    public static Command Make()
    {
        var command = new Command("list", "The root keys and their threshold, the log key, indexers, and every serving key that the log knows, with its lease");
        command.SetAction(parsed => Shared.WithNodeAsync(parsed, node =>
        {
            var (size, keys) = node.Look(s => (s.Size, s.Keys.Values.ToList()));
            var policy = NodePolicy.Read(node.Folder);
            if (Shared.IsJson(parsed))
                PrintJson(node, size, keys, policy);
            else
                PrintText(node, size, keys, policy);
            return Task.FromResult(ExitCode.Ok);
        }));
        return command;
    }

    private static void PrintText(AssayNode node, ulong size, List<KeyState> keys, Policy policy)
    {
        var roots = node.Genesis.Roots;
        foreach (var root in roots.Keys)
            Console.WriteLine($"root     {root}  {root.Id.ToHex()}");
        Console.WriteLine($"         {roots.Threshold} of {roots.Keys.Length} sign an event; {(node.SignsEvents ? "enough are on this machine" : "too few are on this machine")}");
        Console.WriteLine($"log      {node.Genesis.LogKey}");
        foreach (var indexer in policy.Indexers)
            Console.WriteLine($"indexer  {indexer}");
        if (!policy.Indexers.IsEmpty)
            Console.WriteLine($"         {policy.IndexerThreshold} of {policy.Indexers.Length} vouch that an index leaves nothing out");
        foreach (var key in keys)
            Console.WriteLine($"serving  {key.Key}  {(key.Receipts == 1 ? "1 receipt" : $"{key.Receipts} receipts")}, lease to index {key.Until}, {StateOf(key, size)}, model sha256:{key.Segment.Model.ToHex()[..16]}…");
    }

    private static void PrintJson(AssayNode node, ulong size, List<KeyState> keys, Policy policy) => Shared.Print(json =>
    {
        json.WriteStartArray("roots");
        foreach (var root in node.Genesis.Roots.Keys)
            json.WriteStringValue(root.Id.ToHex());
        json.WriteEndArray();
        json.WriteNumber("threshold", node.Genesis.Roots.Threshold);
        json.WriteBoolean("signsEvents", node.SignsEvents);
        json.WriteString("log", node.Genesis.LogKey.ToString());
        json.WriteStartArray("indexers");
        foreach (var indexer in policy.Indexers)
            json.WriteStringValue(indexer.ToString());
        json.WriteEndArray();
        json.WriteNumber("indexerThreshold", policy.IndexerThreshold);
        json.WriteStartArray("serving");
        foreach (var key in keys)
        {
            json.WriteStartObject();
            json.WriteString("keyId", key.Key.Id.ToHex());
            json.WriteString("algorithm", key.Key.Algorithm.Name());
            json.WriteString("model", key.Segment.Model.ToHex());
            json.WriteNumber("receipts", key.Receipts);
            json.WriteNumber("until", key.Until);
            json.WriteString("state", StateOf(key, size));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static string StateOf(KeyState key, ulong size) =>
        key.Events.Any(e => e.Event.Action == KeyAction.Compromise) ? "compromised" : key.Retired ? "retired" : key.Covers(size) ? "in use" : "expired";
}
