import { concat, equal, utf8 } from "../bytes.js";
import { beginning, i32le } from "./header.js";
import { demandLookups } from "./lookups.js";
import { demandOpening, openingOf, rowCoordinates } from "./opening.js";
import { planOf } from "./plan.js";
import { demand } from "./refusal.js";
import { Relations } from "./relations.js";
import { countOf } from "./shapes.js";
import { demandSoundness } from "./soundness.js";
import { Messages, tags, Transcript } from "./transcript.js";
import { atOnce, byTurns } from "./turns.js";
const magic = utf8("ASYP");
const bytesOf = (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
const tensor = (shape, values) => concat(...[shape.length, ...shape.map(a => a.size)].map(i32le), bytesOf(values));
/** Refuses with the check that fails (section 7), or ends; in between it stops where others may have a turn. */
function* demandProof({ model, id, root }, statement, file) {
    const begin = beginning(model.parameters), header = concat(magic, begin);
    demand(equal(file.subarray(0, header.length), header), "framing", "the proof is of another format, version or parameters");
    demand(file.length >= header.length + 32, "framing", "the proof ends in its header");
    demand(equal(file.subarray(header.length, header.length + 32), id) && equal(statement.modelId, id), "modelId", "the proof is about another model");
    const plan = planOf(model, statement.batch), { shapes } = plan;
    demand(statement.input.length === statement.batch * countOf(shapes[0]), "input", "the input has not as many values as the model takes");
    demand(statement.output.length === statement.batch * countOf(shapes.at(-1)), "output", "the output has not as many values as the model gives");
    const transcript = new Transcript(), messages = new Messages(file.subarray(header.length + 32), transcript);
    transcript.absorb(tags.parameters, begin);
    transcript.absorb(tags.model, statement.modelId);
    transcript.absorb(tags.context, statement.context);
    transcript.absorb(tags.input, tensor(shapes[0], statement.input));
    transcript.absorb(tags.output, tensor(shapes.at(-1), statement.output));
    yield;
    const witnessRoot = messages.message(tags.witness, 32);
    const { known, claims } = demandLookups(messages, plan), relations = new Relations(messages, plan, statement.input);
    yield;
    for (const [i, { layer }] of plan.layers.entries()) {
        yield;
        relations.begin(i);
        if (!layer.view)
            layer.relate(relations, known[i]);
    }
    relations.output(statement.output);
    const opened = openingOf(plan, [...claims, ...relations.claims]);
    demandSoundness({
        leaves: plan.leafCount, depth: plan.depth, sumchecks: relations.degrees, challenges: relations.challengeCount, rowCoordinates: rowCoordinates(opened), claims: opened.length,
    }, model.parameters);
    yield;
    yield* demandOpening(messages, plan, opened, root, witnessRoot);
    demand(messages.left === 0, "end", "there are bytes after the proof");
}
/** Null, or the check that failed. */
export const verifyProof = (commitment, statement, proof) => atOnce(demandProof(commitment, statement, proof));
/** The same; a page stays alive meanwhile. */
export const verifyProofByTurns = (commitment, statement, proof) => byTurns(demandProof(commitment, statement, proof));
