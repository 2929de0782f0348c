using System.Text;
using System.Text.Json;
using Assay.Simulation.Measures;
using Assay.Simulation.Worlds;
using Assay.Verify.Crypto;

namespace Assay.Simulation.Experiments;

/// <summary>A run as JSON and as text. The same replications give the same bytes on every machine.</summary>
public static class ReportFormat
{
    /// <summary>Writes the members of an object that has begun.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<Replication> replications)
    {
        var summary = new Summary(replications);
        json.WriteString("build", RunFolder.Build);
        json.WriteString("digest", Digest(replications).ToHex());
        json.WriteStartArray("judgements");
        foreach (var judgement in Hypotheses.Judge(summary))
        {
            json.WriteStartObject();
            json.WriteString("id", judgement.Id);
            json.WriteString("what", judgement.What);
            json.WriteBoolean("holds", judgement.Holds);
            json.WriteString("says", judgement.Says);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("cells");
        foreach (var cell in summary.Cells)
        {
            json.WriteStartObject();
            json.WriteString("arm", cell.Arm.ToString());
            json.WriteNumber("auditRate", cell.AuditRate);
            json.WriteNumber("lazyAuditors", cell.Lazy);
            json.WriteNumber("replications", summary.Replications(cell));
            json.WriteStartObject("figures");
            foreach (var name in summary.Names(cell))
                if (summary.Of(cell, name) is { } estimate)
                    Write(json, name, estimate);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Of all replications' digests in the order of the plan.</summary>
    public static Hash Digest(IReadOnlyList<Replication> replications)
    {
        var sha = Sha256.Start();
        sha.Add("assay/experiment/v1\n"u8);
        foreach (var replication in replications)
            sha.Add(replication.Digest.Bytes);
        return sha.Finish();
    }

    /// <summary>What was said before the run, and then a table of all figures, arms beside each other.</summary>
    public static string Text(IReadOnlyList<Replication> replications)
    {
        var summary = new Summary(replications);
        var text = new StringBuilder();
        foreach (var judgement in Hypotheses.Judge(summary))
            text.AppendLine($"{judgement.Id}  {(judgement.Holds ? "holds" : "FAILS")}  {judgement.What}: {judgement.Says}");
        foreach (var like in summary.Cells.Select(c => c with { Arm = Arm.A }).Distinct())
        {
            Cell[] cells = [.. summary.Cells.Where(c => c with { Arm = Arm.A } == like)];
            text.AppendLine();
            text.AppendLine($"Audit rate {like.AuditRate / 10_000m:0.##} %, lazy auditors {like.Lazy}; worlds: {string.Join(", ", cells.Select(c => $"{c.Arm} {summary.Replications(c)}"))}");
            foreach (var name in cells.SelectMany(summary.Names).Distinct().Order(StringComparer.Ordinal))
            {
                text.Append($"  {name,-30}");
                foreach (var cell in cells)
                    text.Append($" {(summary.Of(cell, name) is { } e ? Hypotheses.Words(e) : "-"),-28}");
                text.AppendLine();
            }
        }
        text.AppendLine();
        text.AppendLine($"digest {Digest(replications).ToHex()}");
        return text.ToString();
    }

    private static void Write(Utf8JsonWriter json, string name, Estimate estimate)
    {
        json.WriteStartObject(name);
        json.WriteNumber("value", estimate.Value);
        if (double.IsFinite(estimate.Lower))
        {
            json.WriteNumber("lower", estimate.Lower);
            json.WriteNumber("upper", estimate.Upper);
        }
        json.WriteNumber("of", estimate.Cases);
        json.WriteEndObject();
    }
}
