using System.Text.Json;
using Assay.Providers;
using Assay.Providers.Language;

namespace Assay.Cli.Commands;

/// <summary>What a replay says beside its status.</summary>
internal static class ReplayText
{
    /// <summary>The lines that come first where another model was run than the receipt names; else nothing.</summary>
    /// <param name="file">The one that was handed in.</param>
    public static string OtherModel(ReplayResult result, string? file) => result.OtherModel is not { } given ? "" :
        $"the receipt names  {result.Receipt.Model.Name}@{result.Receipt.Model.Version}  sha256:{result.Receipt.Model.Manifest.ToHex()}\n"
        + $"run here was       {file}  sha256:{given.ToHex()}\n"
        + "They are not the same model: what follows compares the two, and says nothing against whoever made the answer.\n";

    /// <summary>The line that comes first of a record that holds no answer; else nothing.</summary>
    public static string Void(VoidRecord? record) => record is null ? "" :
        $"void: ticket {record.Ticket} was reserved, and {(record is { Tokens: 0, Bytes: 0 } ? "nothing was answered" : $"no answer was finished: it was broken off after {(record.Tokens > 0 ? $"{record.Tokens} tokens" : $"{record.Bytes} bytes")}")} ({record.Reason switch
        {
            VoidReason.Cancelled => "cancelled: the caller left, or wanted no more",
            VoidReason.Failed => "failed: the node could not go on with it",
            _ => "lost: the node ended before it was finished",
        }})\n";

    /// <summary>The member <c>void</c>: what was reserved, and why there is no answer.</summary>
    public static void Write(Utf8JsonWriter json, VoidRecord record)
    {
        json.WriteStartObject("void");
        json.WriteNumber("ticket", record.Ticket);
        json.WriteString("reason", record.Reason.ToString().ToLowerInvariant());
        json.WriteNumber("tokens", record.Tokens);
        if (record.Bytes > 0)
            json.WriteNumber("bytes", record.Bytes);
        json.WriteEndObject();
    }

    /// <summary>The member <c>token</c>: where an answer first differs, and by how much.</summary>
    public static void Write(Utf8JsonWriter json, TokenDifference difference)
    {
        json.WriteStartObject("token");
        json.WriteNumber("choice", difference.Choice);
        json.WriteNumber("position", difference.Position);
        Write(json, "receipt", difference.Theirs);
        Write(json, "here", difference.Ours);
        Write(json, "scoreDifference", difference.Ours.Score - difference.Theirs.Score);
        Write(json, "logProbabilityDifference", difference.Ours.LogProbability - (Recorded(difference) ?? difference.Theirs.LogProbability));
        json.WriteEndObject();
    }

    // Of the same token, what the receipt says of it is what differs.
    private static float? Recorded(TokenDifference difference) => difference.Ours.Id == difference.Theirs.Id ? difference.Theirs.Recorded : null;

    private static void Write(Utf8JsonWriter json, string name, TokenHere token)
    {
        json.WriteStartObject(name);
        json.WriteNumber("id", token.Id);
        json.WriteString("text", token.Text);
        Write(json, "score", token.Score);
        Write(json, "logProbability", token.LogProbability);
        if (token.Recorded is { } recorded)
            Write(json, "recordedLogProbability", recorded);
        json.WriteEndObject();
    }

    // JSON has no way to write what is not finite.
    private static void Write(Utf8JsonWriter json, string name, float value)
    {
        if (float.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
