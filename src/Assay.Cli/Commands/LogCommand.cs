using System.CommandLine;
using Assay.Log;
using Assay.Log.Files;
using Assay.Node;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Cli.Commands;

/// <summary>Reads the log of a data folder; a running node does not mind.</summary>
internal static class LogCommand
{
    public static Command Make() =>
        new("log", "Read and check the log of this data folder. Example: assay log fsck")
        {
            CheckpointCommand(), VkeyCommand(), Inclusion(), Consistency(), FsckCommand.Make(), EpochCommand.Make(),
            WitnessCommand.Make(), WitnessesCommand.Make(), WitnessesCommand.MakeResume(), FaultCommand.Make(), MonitorCommand.Make(),
        };

    private static Command CheckpointCommand()
    {
        var command = new Command("checkpoint", "The newest signed checkpoint, its signature checked");
        command.SetAction(parsed =>
        {
            var log = Open(parsed);
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteString("origin", log.Checkpoint.Origin);
                    json.WriteNumber("size", log.Checkpoint.Size);
                    json.WriteString("root", log.Checkpoint.Root.ToBase64());
                    json.WriteString("note", System.Text.Encoding.UTF8.GetString(log.Signed!.Note));
                });
            else
                Console.Write(System.Text.Encoding.UTF8.GetString(log.Signed!.Note));
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command VkeyCommand()
    {
        var command = new Command("vkey", "The verifier key of this node's log: its name among auditors, monitors and witnesses");
        command.SetAction(parsed =>
        {
            var key = LogKey(Shared.FolderOf(parsed)).ToString();
            if (Shared.IsJson(parsed))
                Shared.Print(json => json.WriteString("vkey", key));
            else
                Console.WriteLine(key);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Inclusion()
    {
        var index = new Argument<ulong>("INDEX") { Description = "Of the entry" };
        var command = new Command("inclusion", "Proof that an entry is in the log, as a tlog-proof (c2sp.org/tlog-proof)") { index };
        command.SetAction(parsed =>
        {
            var log = Open(parsed);
            var at = parsed.GetValue(index);
            var proof = new TlogProof(null, at, [.. log.InclusionProof(at, log.Checkpoint.Size)], SignedNote.Parse(log.Signed!.Note));
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteNumber("index", at);
                    json.WriteString("leaf", log.LeafHash(at).ToBase64());
                    json.WriteString("proof", proof.ToString());
                    json.WriteBoolean("verified", proof.Includes(log.LeafHash(at), log.Checkpoint));
                });
            else
                Console.Write(proof.ToString());
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Consistency()
    {
        var older = new Argument<ulong>("OLD") { Description = "The smaller size" };
        var newer = new Argument<ulong>("NEW") { Description = "The larger size" };
        var command = new Command("consistency", "Proof that the log at one size is a prefix of the log at another, one base64 hash a line") { older, newer };
        command.SetAction(parsed =>
        {
            var log = Open(parsed);
            var (m, n) = (parsed.GetValue(older), parsed.GetValue(newer));
            var path = log.ConsistencyProof(m, n);
            var (oldRoot, newRoot) = (log.RootAt(m), log.RootAt(n));
            if (Shared.IsJson(parsed))
                Shared.Print(json =>
                {
                    json.WriteString("oldRoot", oldRoot.ToBase64());
                    json.WriteString("newRoot", newRoot.ToBase64());
                    json.WriteStartArray("path");
                    foreach (var hash in path)
                        json.WriteStringValue(hash.ToBase64());
                    json.WriteEndArray();
                    json.WriteBoolean("verified", m == 0 || MerkleProof.VerifyConsistency(m, n, oldRoot, newRoot, path));
                });
            else
                foreach (var hash in path)
                    Console.WriteLine(hash.ToBase64());
            return ExitCode.Ok;
        });
        return command;
    }

    private static LogReader Open(ParseResult parsed)
    {
        var folder = Shared.FolderOf(parsed);
        return LogReader.Open(Assay.Log.Tiles.TileStore.Over(PosixLogFiles.OpenExisting(folder.Log)), LogKey(folder));
    }

    // By the policy, which is public: no private key is touched to read a log.
    public static VerifierKey LogKey(DataFolder folder) => File.Exists(folder.Policy)
        ? Policy.Parse(File.ReadAllBytes(folder.Policy)).Log.Logs[0]
        : throw new NodeException(NodeFault.NotFound, $"there is no node in {folder.Path}: `assay demo` or `assay serve` makes one");
}
