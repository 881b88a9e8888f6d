// What a firm in Node would do with epcis2.js: build events, capture them, follow the job, ask for
// them again. Prints what it sent and what it got, as JSON.
//
//     node capture_and_query.js FOLDER_OF_THE_LIBRARY ADDRESS_OF_THE_EPCIS_INTERFACE
const [library, address] = process.argv.slice(2);
const epcis = require(library);
const { cbv } = epcis;

const PREFIXES = { ex: 'https://ns.example.com/' };
const CLASS = 'https://id.gs1.org/01/09506000134369/10/';
const ITEM = 'https://id.gs1.org/01/09506000134352/21/';
const PALLET = 'https://id.gs1.org/00/095060001400000001';
const PLACE = 'https://id.gs1.org/414/9506000134307';
const PARTY = 'https://id.gs1.org/417/9506000134307';

const kilograms = (lot, amount) =>
  new epcis.QuantityElement().setEpcClass(CLASS + lot).setQuantity(amount).setUom('KGM');
const placed = (event, time) =>
  event
    .setEventTime(time)
    .setEventTimeZoneOffset('+07:00')
    .setReadPoint(new epcis.ReadPoint().setId(PLACE));
const identified = (event, place) =>
  event.setEventID(`urn:uuid:7d0c7cb2-4d7e-4a3b-9a57-00000000000${place}`);

function events() {
  const made = placed(new epcis.TransformationEvent(), '2026-03-01T08:00:00.000+07:00')
    .addInputQuantity(kilograms('GRAPES-1', 120))
    .addOutputQuantity(kilograms('RAISINS-1', 31.5))
    .setBizStep(cbv.bizSteps.commissioning);
  const commissioned = placed(new epcis.ObjectEvent(), '2026-03-01T09:00:00.000+07:00')
    .setAction(cbv.actionTypes.add)
    .addEPCList([`${ITEM}A1`, `${ITEM}A2`])
    .setBizStep(cbv.bizSteps.commissioning)
    .setDisposition(cbv.dispositions.active)
    .setIlmd(new epcis.Ilmd().addExtension('ex:lotNumber', 'RAISINS-1'));
  const packed = placed(new epcis.AggregationEvent(), '2026-03-01T10:00:00.000+07:00')
    .setAction(cbv.actionTypes.add)
    .setParentId(PALLET)
    .addChildEPCList([`${ITEM}A1`, `${ITEM}A2`])
    .setBizStep(cbv.bizSteps.packing);
  const shipped = placed(new epcis.ObjectEvent(), '2026-03-02T08:00:00.000+07:00')
    .setAction(cbv.actionTypes.observe)
    .addEPC(PALLET)
    .setBizStep(cbv.bizSteps.shipping)
    .setDisposition(cbv.dispositions.in_transit)
    .addBizTransaction(
      new epcis.BizTransactionElement()
        .setType(cbv.businessTransactionTypes.desadv)
        .setBizTransaction('urn:epcglobal:cbv:bt:9506000134307:D-7'),
    )
    .addSource(
      new epcis.SourceElement().setType(cbv.sourceDestinationTypes.owning_party).setSource(PARTY),
    )
    .addSensorElement(
      new epcis.SensorElement().addSensorReport(
        new epcis.SensorReportElement().setType('gs1:Temperature').setValue(4.5).setUom('CEL'),
      ),
    )
    .addExtension('ex:note', 'Invented load, đi Phan Rang');
  return [made, commissioned, packed, shipped].map(identified);
}

const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

async function ask(path) {
  const answer = await fetch(path, { headers: { 'GS1-EPC-Format': 'Never_Translates' } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function asked(parameters) {
  const document = await ask(`${address}/events?${new URLSearchParams(parameters)}`);
  return document.epcisBody.queryResults.resultsBody.eventList;
}

async function main() {
  epcis.setup({ apiUrl: address });
  const sent = events();
  const document = new epcis.EPCISDocument()
    .setContext(PREFIXES)
    .setCreationDate('2026-03-03T08:00:00.000+07:00')
    .addEventList(sent);
  const taken = await epcis.capture(document);
  const place = new URL(new epcis.CaptureResponse(taken).getLocation(), address);
  let job = await ask(place);
  while (job.running) {
    await sleep(50);
    job = await ask(place);
  }
  const ids = sent.map((event) => event.getEventID());
  return {
    taken: taken.status,
    success: job.success,
    sent: sent.map((event) => event.toObject()),
    byID: await Promise.all(ids.map((id) => asked({ EQ_eventID: id }))),
    byPallet: await asked({ MATCH_anyEPC: PALLET, orderBy: 'eventTime', orderDirection: 'ASC' }),
  };
}

main()
  .then((result) => process.stdout.write(JSON.stringify(result)))
  .catch((error) => {
    process.stderr.write(`${error}`); // without the library's source, which is one long line
    process.exitCode = 1;
  });
