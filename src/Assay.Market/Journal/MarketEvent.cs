using System.Text.Json;
using Assay.Verify.Json;

namespace Assay.Market.Journal;

/// <summary>What is done in a market: one record for each <c>do</c> (docs/spec/market.md section 3).</summary>
public abstract record MarketEvent
{
    /// <summary>Its name in the text.</summary>
    public abstract string Do { get; }

    /// <summary>The text: what is logged, and what an instruction's signature is over.</summary>
    public byte[] ToText() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("do", Do);
        if (this is MarketInstruction instruction)
        {
            json.WriteNumber("by", instruction.By);
            json.WriteNumber("nonce", instruction.Nonce);
        }
        Write(json);
        json.WriteEndObject();
    });

    /// <summary>The members after <c>do</c>, <c>by</c> and <c>nonce</c>.</summary>
    protected internal abstract void Write(Utf8JsonWriter json);

    /// <summary>Checks, and only then changes anything but the book: what is posted is undone where this refuses.</summary>
    /// <exception cref="MarketRefusal">The rules do not allow it.</exception>
    protected internal abstract void Apply(MarketState state);
}

/// <summary>What a participant does, by its signature.</summary>
/// <param name="By">The participant's number.</param>
/// <param name="Nonce">How many instructions of this participant came before.</param>
public abstract record MarketInstruction(ulong By, ulong Nonce) : MarketEvent;
